package io.gdpo.evaluation.distance;

import io.gdpo.evaluation.observation.BeliefDistribution;
import java.util.OptionalDouble;

/**
 * The share of people whose belief the model has wrong.
 *
 * <pre>TV = 1/2 sum_b |p*(b) - p(b)|</pre>
 */
public final class TotalVariation implements Distance {
  @Override
  public OptionalDouble between(BeliefDistribution group, BeliefDistribution model) {
    return OptionalDouble.of(absolute(group, model) / 2);
  }

  static double absolute(BeliefDistribution group, BeliefDistribution model) {
    double sum = 0;
    for (int b = 0; b < group.classes(); b++) {
      sum += Math.abs(group.probability(b) - model.probability(b));
    }
    return sum;
  }
}
