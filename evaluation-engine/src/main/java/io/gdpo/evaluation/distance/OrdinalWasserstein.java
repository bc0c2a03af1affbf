package io.gdpo.evaluation.distance;

import io.gdpo.evaluation.observation.BeliefDistribution;
import java.util.OptionalDouble;

/**
 * The Wasserstein-1 distance along the ordered classes 1 to C - 1, as a part of the way from one
 * end to the other: how far opinion must be carried. Class 0, no opinion, has no place in the
 * order; both sides are renormalised without it.
 *
 * <pre>W = 1 / (C - 2) sum_k |F*(k) - F(k)|,  F cumulative over the classes 1 to C - 1</pre>
 *
 * As {@code scipy.stats.wasserstein_distance} computes it, over the range. Empty where a side has
 * no opinion at all.
 */
public final class OrdinalWasserstein implements Distance {
  @Override
  public OptionalDouble between(BeliefDistribution group, BeliefDistribution model) {
    double ofGroup = 1 - group.probability(0);
    double ofModel = 1 - model.probability(0);
    if (ofGroup <= 0 || ofModel <= 0) {
      return OptionalDouble.empty();
    }
    double carried = 0;
    double ahead = 0;
    int last = group.classes() - 1;
    for (int b = 1; b < last; b++) {
      ahead += group.probability(b) / ofGroup - model.probability(b) / ofModel;
      carried += Math.abs(ahead);
    }
    return OptionalDouble.of(carried / (last - 1));
  }
}
