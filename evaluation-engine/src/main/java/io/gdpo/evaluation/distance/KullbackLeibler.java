package io.gdpo.evaluation.distance;

import io.gdpo.evaluation.observation.BeliefDistribution;
import java.util.OptionalDouble;

/**
 * What the calibration losses drive down, in nats.
 *
 * <pre>KL(p* || p) = sum_b p*(b) log(p*(b) / p(b))</pre>
 *
 * A belief of the group's that the model has no probability for would make it infinite; it counts
 * as the least normal float64 there, some 708 nats.
 */
public final class KullbackLeibler implements Distance {
  @Override
  public OptionalDouble between(BeliefDistribution group, BeliefDistribution model) {
    double divergence = 0;
    for (int b = 0; b < group.classes(); b++) {
      double p = group.probability(b);
      if (p > 0) {
        divergence += p * Math.log(p / Math.max(model.probability(b), Double.MIN_NORMAL));
      }
    }
    return OptionalDouble.of(Math.max(0, divergence));
  }
}
