package io.gdpo.group.synthesis;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Chance that is the same on every run and every machine: what is drawn depends only on the seed
 * and on what it is drawn for, not on what was drawn before.
 */
final class Draw {
  private final SplittableRandom random;

  private Draw(SplittableRandom random) {
    this.random = random;
  }

  /** Draws for one purpose, such as one question in one style. */
  static Draw of(long seed, Object... purpose) {
    long mixed = seed * 0x9E3779B97F4A7C15L;
    for (Object part : Arrays.asList(purpose)) {
      mixed = (mixed ^ Objects.toString(part).hashCode()) * 0xBF58476D1CE4E5B9L;
    }
    return new Draw(new SplittableRandom(mixed));
  }

  <T> T oneOf(List<T> items) {
    return items.get(random.nextInt(items.size()));
  }

  /** Puts items into an order that chance gives (Fisher and Yates). */
  <T> void shuffle(List<T> items) {
    for (int i = items.size() - 1; i > 0; i--) {
      Collections.swap(items, i, random.nextInt(i + 1));
    }
  }

  int below(int bound) {
    return random.nextInt(bound);
  }
}
