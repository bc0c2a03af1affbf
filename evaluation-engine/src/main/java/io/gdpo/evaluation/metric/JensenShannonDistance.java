package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.observation.BeliefDistribution;
import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.OptionalDouble;

/**
 * {@code jsd}: how far the model's belief distribution lies from the group's, by probabilities;
 * mean over prompts. The square root of the Jensen-Shannon divergence with natural logarithms
 * (Endres and Schindelin 2003), as {@code scipy.spatial.distance.jensenshannon} computes it.
 *
 * <pre>JSD(p, q) = sqrt( (KL(p || m) + KL(q || m)) / 2 ),  m = (p + q) / 2</pre>
 *
 * A metric: symmetric, 0 for equal distributions, at most sqrt(ln 2) = 0.8326 for disjoint ones.
 */
final class JensenShannonDistance implements Metric {
  /** The distance of distributions that have no class in common. */
  static final double MAXIMUM = Math.sqrt(Math.log(2));

  @Override
  public OptionalDouble of(QuestionObservation question) {
    return Mean.of(
        question.prompts().stream()
            .mapToDouble(prompt -> between(question.target(), prompt.beliefs().restricted())));
  }

  /** The distance between {@code p} and {@code q}, in nats^(1/2). */
  static double between(BeliefDistribution p, BeliefDistribution q) {
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
    return Math.sqrt(Math.max(0, divergence));
  }

  private static double relativeEntropy(double p, double m) {
    return p == 0 || m == 0 ? 0 : p * Math.log(p / m);
  }
}
