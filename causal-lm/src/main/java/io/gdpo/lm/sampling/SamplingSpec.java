package io.gdpo.lm.sampling;

import java.util.List;

/**
 * How to sample continuations. Temperature first, then {@code topK}, then {@code topP}, as Hugging
 * Face's {@code generate} applies them.
 *
 * @param samples continuations of each prompt
 * @param maxNewTokens the longest continuation in tokens
 * @param temperature divides the logits; 0 takes the most likely token
 * @param topK draws among this many most likely tokens; 0 for all
 * @param topP draws among the fewest most likely tokens that hold at least this much probability; 1
 *     for all
 * @param seed the same seed draws the same continuations, however prompts are batched
 * @param stopTokenIds each ends a continuation and is not part of it
 */
public record SamplingSpec(
    int samples,
    int maxNewTokens,
    double temperature,
    int topK,
    double topP,
    long seed,
    List<Long> stopTokenIds) {

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
    if (topK < 0) {
      throw new IllegalArgumentException("topK must be at least 1, or 0 for all, is " + topK);
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("topP must be above 0 and at most 1, is " + topP);
    }
    stopTokenIds = List.copyOf(stopTokenIds);
  }

  /** Draws among all tokens; one of them ends a continuation. */
  public SamplingSpec(
      int samples, int maxNewTokens, double temperature, long seed, long stopTokenId) {
    this(samples, maxNewTokens, temperature, 0, 1, seed, List.of(stopTokenId));
  }

  /** The same with only the {@code k} most likely tokens; 0 for all. */
  public SamplingSpec withTopK(int k) {
    return new SamplingSpec(samples, maxNewTokens, temperature, k, topP, seed, stopTokenIds);
  }

  /** The same with only the most likely tokens that hold {@code p} of the probability. */
  public SamplingSpec withTopP(double p) {
    return new SamplingSpec(samples, maxNewTokens, temperature, topK, p, seed, stopTokenIds);
  }
}
