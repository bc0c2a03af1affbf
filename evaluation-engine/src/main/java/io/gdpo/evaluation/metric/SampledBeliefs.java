package io.gdpo.evaluation.metric;

import java.util.Optional;
import java.util.OptionalInt;

/** The leading digits of one prompt's (or question's) samples, counted by belief class. */
public final class SampledBeliefs {
  private final int[] counts;
  private int withoutBelief;

  public SampledBeliefs(int classes) {
    this.counts = new int[classes];
  }

  /** Counts one sample; empty if it does not begin with a belief digit. */
  public void add(OptionalInt belief) {
    if (belief.isPresent()) {
      counts[belief.getAsInt()]++;
    } else {
      withoutBelief++;
    }
  }

  /** Counts all samples of another prompt too. */
  public void addAll(SampledBeliefs other) {
    for (int b = 0; b < counts.length; b++) {
      counts[b] += other.counts[b];
    }
    withoutBelief += other.withoutBelief;
  }

  public int count(int beliefClass) {
    return counts[beliefClass];
  }

  public int[] counts() {
    return counts.clone();
  }

  /** Samples that did not begin with a belief digit. */
  public int withoutBelief() {
    return withoutBelief;
  }

  public int total() {
    int total = withoutBelief;
    for (int count : counts) {
      total += count;
    }
    return total;
  }

  /** The histogram over the samples that have a belief; empty if none has. */
  public Optional<BeliefDistribution> histogram() {
    return withoutBelief == total()
        ? Optional.empty()
        : Optional.of(BeliefDistribution.histogram(counts));
  }

  /**
   * {@code jsd_sampled}: the distance between p* and the histogram of sampled beliefs. If no sample
   * has a belief, the two have nothing in common and the distance is its maximum.
   */
  public double distanceTo(BeliefDistribution target) {
    return histogram()
        .map(histogram -> JensenShannonDistance.between(target, histogram))
        .orElse(JensenShannonDistance.MAXIMUM);
  }
}
