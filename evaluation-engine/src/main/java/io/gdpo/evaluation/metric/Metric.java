package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.OptionalDouble;

/** The formula of a metric; what it is called, and how it is to be read, says its key. */
@FunctionalInterface
interface Metric {
  /** Its value for one question; empty if the question has none. */
  OptionalDouble of(QuestionObservation question);
}
