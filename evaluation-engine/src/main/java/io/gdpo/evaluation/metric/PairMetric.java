package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.observation.PairObservation;
import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.List;
import java.util.OptionalDouble;

/** A metric that needs pairs and no beliefs. */
@FunctionalInterface
interface PairMetric extends Metric {
  /**
   * The mean over pairs; empty if none has it.
   *
   * @param beta of implicit rewards
   */
  OptionalDouble of(List<PairObservation> pairs, double beta);

  @Override
  default OptionalDouble of(QuestionObservation question) {
    return of(question.pairs(), question.beta());
  }
}
