package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.OptionalDouble;

/** {@code belief_mass}: the mass of the model's belief readings; mean over prompts. */
final class BeliefMass implements Metric {
  @Override
  public OptionalDouble of(QuestionObservation question) {
    return Mean.of(question.prompts().stream().mapToDouble(prompt -> prompt.beliefs().mass()));
  }
}
