package io.gdpo.lm;

/**
 * How to sample continuations.
 *
 * @param samples continuations of each prompt
 * @param maxNewTokens the longest continuation in tokens
 * @param temperature divides the logits; 0 takes the most likely token
 * @param seed the same seed draws the same continuations, however prompts are batched
 * @param stopTokenId ends a continuation and is not part of it
 */
public record SamplingSpec(
    int samples, int maxNewTokens, double temperature, long seed, long stopTokenId) {

  public SamplingSpec {
    if (samples < 1) {
      throw new IllegalArgumentException("samples must be at least 1, is " + samples);
    }
    if (maxNewTokens < 1) {
      throw new IllegalArgumentException("maxNewTokens must be at least 1, is " + maxNewTokens);
    }
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException("temperature must be 0 or above, is " + temperature);
    }
  }
}
