package io.gdpo.training.batch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The order in which an epoch visits the training examples: shuffled, with a few examples of one
 * prompt next to one another, so that a step computes their prompt once. A pure function of seed
 * and epoch, so a resumed run visits the same.
 *
 * <p>It remembers the last epoch it was asked for. Several threads may ask.
 */
public final class DataOrder {
  private final long seed;
  private final List<?> prompts;
  private final int together;
  private int lastEpoch = -1;
  private int[] lastOrder = {};

  /**
   * @param seed of all epochs
   * @param prompts the prompt of each training example; equal ones belong together
   * @param together how many examples of one prompt are kept together; 1 shuffles them all apart
   */
  public DataOrder(long seed, List<?> prompts, int together) {
    this.seed = seed;
    this.prompts = List.copyOf(prompts);
    this.together = together;
  }

  /** Examples in the training split. */
  public int size() {
    return prompts.size();
  }

  /** A permutation of {@code 0 .. size - 1}; epochs count from 0. */
  public synchronized int[] epoch(int epoch) {
    if (epoch != lastEpoch) {
      lastOrder = shuffled(epoch);
      lastEpoch = epoch;
    }
    return lastOrder;
  }

  private int[] shuffled(int epoch) {
    // Hashed, because SplittableRandoms of neighbouring seeds give the same numbers, shifted.
    SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch);
    List<List<Integer>> apart = new ArrayList<>();
    for (int example = 0; example < size(); example++) {
      apart.add(List.of(example));
    }
    shuffle(apart, random);
    List<List<Integer>> groups = grouped(apart);
    shuffle(groups, random);
    return groups.stream().flatMap(List::stream).mapToInt(Integer::intValue).toArray();
  }

  /** Groups of at most {@code together} examples of one prompt each. */
  private List<List<Integer>> grouped(List<List<Integer>> apart) {
    Map<Object, List<Integer>> open = new HashMap<>();
    List<List<Integer>> groups = new ArrayList<>();
    for (List<Integer> one : apart) {
      Object prompt = prompts.get(one.get(0));
      List<Integer> group = open.get(prompt);
      if (group == null || group.size() == together) {
        group = new ArrayList<>();
        open.put(prompt, group);
        groups.add(group);
      }
      group.addAll(one);
    }
    return groups;
  }

  private static <T> void shuffle(List<T> items, SplittableRandom random) {
    for (int i = items.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      items.set(i, items.set(j, items.get(i)));
    }
  }
}
