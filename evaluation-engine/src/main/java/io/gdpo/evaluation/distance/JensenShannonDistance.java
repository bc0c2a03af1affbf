package io.gdpo.evaluation.distance;

import io.gdpo.evaluation.observation.BeliefDistribution;
import java.util.OptionalDouble;

/**
 * The square root of the Jensen-Shannon divergence with natural logarithms (Endres and Schindelin
 * 2003), as {@code scipy.spatial.distance.jensenshannon} computes it.
 *
 * <pre>JSD(p, q) = sqrt( (KL(p || m) + KL(q || m)) / 2 ),  m = (p + q) / 2</pre>
 *
 * A metric: symmetric, 0 for equal distributions, at most sqrt(ln 2) = 0.8326 for disjoint ones.
 */
public final class JensenShannonDistance implements Distance {
  /** The distance of distributions that have no class in common. */
  public static final double MAXIMUM = Math.sqrt(Math.log(2));

  @Override
  public OptionalDouble between(BeliefDistribution group, BeliefDistribution model) {
    return OptionalDouble.of(of(group, model));
  }

  /** The distance between {@code p} and {@code q}, in nats^(1/2). */
  public static double of(BeliefDistribution p, BeliefDistribution q) {
    return Math.sqrt(divergence(p, q));
  }

  /** Its square, in nats. */
  static double divergence(BeliefDistribution p, BeliefDistribution q) {
    if (p.classes() != q.classes()) {
      throw new IllegalArgumentException(
          "distributions over " + p.classes() + " and " + q.classes() + " classes");
    }
    double divergence = 0;
    for (int b = 0; b < p.classes(); b++) {
      double mean = (p.probability(b) + q.probability(b)) / 2;
      divergence +=
          (relativeEntropy(p.probability(b), mean) + relativeEntropy(q.probability(b), mean)) / 2;
    }
    return Math.max(0, divergence);
  }

  private static double relativeEntropy(double p, double m) {
    return p == 0 || m == 0 ? 0 : p * Math.log(p / m);
  }
}
