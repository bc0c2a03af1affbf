package io.gdpo.evaluation.distance;

import io.gdpo.evaluation.observation.BeliefDistribution;
import java.util.OptionalDouble;

/**
 * The Jensen-Shannon divergence in bits (Lin 1991), which some papers call JSD as well: the square
 * of {@link JensenShannonDistance} over ln 2. At most 1.
 */
public final class JensenShannonDivergence implements Distance {
  private static final double LN2 = Math.log(2);

  @Override
  public OptionalDouble between(BeliefDistribution group, BeliefDistribution model) {
    return OptionalDouble.of(JensenShannonDistance.divergence(group, model) / LN2);
  }
}
