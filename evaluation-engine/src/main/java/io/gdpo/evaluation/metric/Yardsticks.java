package io.gdpo.evaluation.metric;

import io.gdpo.contracts.metric.MetricCatalogue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The distances of distributions that know nothing, or little, of the group: what a JSD has to be
 * read against.
 */
public final class Yardsticks {
  private static final int NOISE_DRAWS = 200;

  private Yardsticks() {}

  /**
   * JSD between {@code target} and each yardstick, by metric name.
   *
   * <ul>
   *   <li>{@code uniform}: every class alike
   *   <li>{@code reversed}: the target with its classes in reversed order
   *   <li>{@code majority_only}: all on the majority
   *   <li>{@code noise_0.05}, {@code noise_0.10}: the target with independent uniform noise within
   *       +-0.05 or +-0.10 on every class, cut at 0 and renormalised; mean over 200 seeded draws
   * </ul>
   */
  public static Map<String, Double> of(BeliefDistribution target, long seed) {
    int classes = target.classes();
    double[] uniform = new double[classes];
    double[] reversed = new double[classes];
    double[] majorityOnly = new double[classes];
    for (int b = 0; b < classes; b++) {
      uniform[b] = 1;
      reversed[b] = target.probability(classes - 1 - b);
      majorityOnly[b] = b == target.majority() ? 1 : 0;
    }
    Map<String, Double> distances = new LinkedHashMap<>();
    distances.put(MetricCatalogue.YARDSTICK + "uniform", distance(target, uniform));
    distances.put(MetricCatalogue.YARDSTICK + "reversed", distance(target, reversed));
    distances.put(MetricCatalogue.YARDSTICK + "majority_only", distance(target, majorityOnly));
    distances.put(MetricCatalogue.YARDSTICK + "noise_0.05", noised(target, 0.05, seed));
    distances.put(MetricCatalogue.YARDSTICK + "noise_0.10", noised(target, 0.10, seed));
    return distances;
  }

  private static double distance(BeliefDistribution target, double[] weights) {
    return JensenShannonDistance.between(target, BeliefDistribution.proportionalTo(weights));
  }

  private static double noised(BeliefDistribution target, double width, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double sum = 0;
    int draws = 0;
    while (draws < NOISE_DRAWS) {
      double[] noised = new double[target.classes()];
      double total = 0;
      for (int b = 0; b < noised.length; b++) {
        noised[b] = Math.max(0, target.probability(b) + (2 * random.nextDouble() - 1) * width);
        total += noised[b];
      }
      if (total > 0) {
        sum += distance(target, noised);
        draws++;
      }
    }
    return sum / NOISE_DRAWS;
  }
}
