package io.gdpo.contracts.event;

import java.util.Map;

/**
 * A checkpoint was measured. {@code metrics} holds the means (names as in
 * docs/reference/metrics.md), {@code uri} the full evaluation, question by question.
 */
public record EvaluationCompleted(
    String checkpointId, String experiment, String stage, Map<String, Double> metrics, String uri)
    implements Event.OfEvaluation {
  @Override
  public String key() {
    return checkpointId;
  }
}
