package io.gdpo.evaluation.distance;

import io.gdpo.evaluation.observation.BeliefDistribution;

/**
 * How much a group, or a model, disagrees with itself, in nats (Shannon 1948).
 *
 * <pre>H(p) = - sum_b p(b) log p(b)</pre>
 *
 * 0 where all hold one belief, ln C where they are spread evenly.
 */
public final class Entropy {
  private Entropy() {}

  /** In nats. */
  public static double of(BeliefDistribution p) {
    double sum = 0;
    for (int b = 0; b < p.classes(); b++) {
      double probability = p.probability(b);
      sum -= probability == 0 ? 0 : probability * Math.log(probability);
    }
    return sum;
  }
}
