package io.gdpo.trainer.train;

import java.util.SplittableRandom;

/**
 * The order in which an epoch visits the training examples: a pure function of seed and epoch, so a
 * resumed run visits the same.
 *
 * @param seed of all epochs
 * @param size examples in the training split
 */
record DataOrder(long seed, int size) {

  /** A permutation of {@code 0 .. size - 1}; epochs count from 0. */
  int[] epoch(int epoch) {
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + epoch);
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
