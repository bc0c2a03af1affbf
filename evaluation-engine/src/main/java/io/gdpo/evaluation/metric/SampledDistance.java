package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.distance.JensenShannonDistance;
import io.gdpo.evaluation.observation.BeliefDistribution;
import io.gdpo.evaluation.observation.QuestionObservation;
import io.gdpo.evaluation.observation.SampledBeliefs;
import java.util.OptionalDouble;

/**
 * {@code jsd_sampled}: the distance between p* and the histogram of sampled beliefs; mean over
 * prompts. If no sample has a belief, the two have nothing in common and the distance is its
 * maximum.
 */
final class SampledDistance implements Metric {
  @Override
  public OptionalDouble of(QuestionObservation question) {
    return Mean.of(
        question.prompts().stream()
            .mapToDouble(prompt -> distance(question.target(), prompt.sampled())));
  }

  private static double distance(BeliefDistribution target, SampledBeliefs sampled) {
    return sampled
        .histogram()
        .map(histogram -> JensenShannonDistance.of(target, histogram))
        .orElse(JensenShannonDistance.MAXIMUM);
  }
}
