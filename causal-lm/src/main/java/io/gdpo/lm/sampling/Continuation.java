package io.gdpo.lm.sampling;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * One continuation of a prompt as it grows, with random numbers of its own, so that what it becomes
 * does not depend on its neighbours.
 */
final class Continuation {
  private final long[] prompt;
  private final int promptIndex;
  private final Set<Long> stopTokenIds;
  private final Random random;
  private final long[] tokens;
  private int length;
  private boolean ended;

  /**
   * @param promptIndex with {@code sample} and the seed, it fixes the random numbers
   * @param positions of the model, where every continuation ends
   */
  Continuation(long[] prompt, int promptIndex, int sample, SamplingSpec spec, int positions) {
    this.prompt = prompt;
    this.promptIndex = promptIndex;
    this.stopTokenIds = new HashSet<>(spec.stopTokenIds());
    this.random = new Random(mixed(mixed(mixed(spec.seed()) + promptIndex) + sample));
    this.tokens = new long[Math.min(spec.maxNewTokens(), positions - prompt.length)];
  }

  /** SplitMix64's finalizer (Steele et al., 2014): neighbouring seeds give unrelated ones. */
  private static long mixed(long seed) {
    long z = seed + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** Which of the prompts it continues. */
  int promptIndex() {
    return promptIndex;
  }

  /** The token that the model is fed next. */
  long lastToken() {
    return length > 0 ? tokens[length - 1] : prompt[prompt.length - 1];
  }

  /** How many tokens are before it, which is its position. */
  int tokensBefore() {
    return prompt.length + length - 1;
  }

  /** The most that {@link #tokensBefore} can become, and one more. */
  int longest() {
    return prompt.length + tokens.length - 1;
  }

  /** The next of its random numbers, uniform in [0, 1). */
  double draw() {
    return random.nextDouble();
  }

  void append(long token) {
    if (stopTokenIds.contains(token)) {
      ended = true;
    } else {
      tokens[length++] = token;
      ended = length == tokens.length;
    }
  }

  boolean hasEnded() {
    return ended;
  }

  /** Without the prompt and the stop token. */
  long[] tokens() {
    return Arrays.copyOf(tokens, length);
  }
}
