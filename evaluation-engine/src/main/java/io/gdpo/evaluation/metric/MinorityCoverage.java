package io.gdpo.evaluation.metric;

/**
 * {@code minority_coverage}: the share of beliefs held by anyone in the group (p* > 0) that the
 * model ever voices in its samples. 1 is ideal, but few samples miss rare beliefs even of a perfect
 * model: {@link #expected} says how many.
 */
public final class MinorityCoverage {
  private MinorityCoverage() {}

  /** The share of beliefs with p* > 0 among all samples of a question. */
  public static double of(BeliefDistribution target, SampledBeliefs samples) {
    int held = 0;
    int voiced = 0;
    for (int b = 0; b < target.classes(); b++) {
      if (target.probability(b) > 0) {
        held++;
        voiced += samples.count(b) > 0 ? 1 : 0;
      }
    }
    return (double) voiced / held;
  }

  /**
   * {@code minority_coverage_expected}: the coverage that {@code samples} samples from p* itself
   * have on average.
   *
   * <pre>mean over b with p*(b) > 0 of  1 - (1 - p*(b))^n</pre>
   */
  public static double expected(BeliefDistribution target, int samples) {
    int held = 0;
    double voiced = 0;
    for (int b = 0; b < target.classes(); b++) {
      if (target.probability(b) > 0) {
        held++;
        voiced += 1 - Math.pow(1 - target.probability(b), samples);
      }
    }
    return voiced / held;
  }
}
