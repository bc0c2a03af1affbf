package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.observation.JudgedObservation;
import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.List;
import java.util.OptionalDouble;

/** A metric of responses that are judged by themselves; a survey's question has none. */
interface JudgedMetric extends Metric {
  /**
   * Its value; empty if not all of it can be told.
   *
   * @param beta of implicit rewards
   */
  OptionalDouble of(List<JudgedObservation> responses, double beta);

  @Override
  default OptionalDouble of(QuestionObservation question) {
    return OptionalDouble.empty();
  }
}
