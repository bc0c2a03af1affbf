package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.distance.Distance;
import io.gdpo.evaluation.observation.BeliefDistribution;
import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * What the model's belief distribution, by the probabilities of the belief digits, is beside the
 * group's; mean over prompts, of those that can be compared.
 */
final class ByProbabilities implements Metric {
  private final Distance distance;

  ByProbabilities(Distance distance) {
    this.distance = distance;
  }

  /** A quantity of the model's distribution alone. */
  static ByProbabilities ofModel(ToDoubleFunction<BeliefDistribution> quantity) {
    return new ByProbabilities((group, model) -> OptionalDouble.of(quantity.applyAsDouble(model)));
  }

  @Override
  public OptionalDouble of(QuestionObservation question) {
    return Mean.of(
        question.prompts().stream()
            .map(prompt -> distance.between(question.target(), prompt.beliefs().restricted()))
            .flatMapToDouble(OptionalDouble::stream));
  }

  /** The same quantity of the group's distribution. */
  static Metric ofGroup(ToDoubleFunction<BeliefDistribution> quantity) {
    return question -> OptionalDouble.of(quantity.applyAsDouble(question.target()));
  }
}
