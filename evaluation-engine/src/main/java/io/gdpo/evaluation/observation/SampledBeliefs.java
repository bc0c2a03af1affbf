package io.gdpo.evaluation.observation;

import io.gdpo.data.ParsedResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The leading digits of one prompt's (or question's) samples, counted by belief class. */
public final class SampledBeliefs {
  private final int[] counts;
  private final int withoutBelief;

  private SampledBeliefs(int[] counts, int withoutBelief) {
    this.counts = counts;
    this.withoutBelief = withoutBelief;
  }

  static SampledBeliefs of(int classes, Stream<ParsedResponse> samples) {
    int[] counts = new int[classes];
    int withoutBelief = 0;
    for (ParsedResponse sample : samples.toList()) {
      if (sample.belief().isPresent()) {
        counts[sample.belief().getAsInt()]++;
      } else {
        withoutBelief++;
      }
    }
    return new SampledBeliefs(counts, withoutBelief);
  }

  public int count(int beliefClass) {
    return counts[beliefClass];
  }

  /** By class, for output. */
  public List<Integer> counts() {
    return Arrays.stream(counts).boxed().toList();
  }

  /** Samples that did not begin with a belief digit. */
  public int withoutBelief() {
    return withoutBelief;
  }

  public int total() {
    return withoutBelief + Arrays.stream(counts).sum();
  }

  /** The histogram over the samples that have a belief; empty if none has. */
  public Optional<BeliefDistribution> histogram() {
    return withoutBelief == total()
        ? Optional.empty()
        : Optional.of(BeliefDistribution.histogram(counts));
  }
}
