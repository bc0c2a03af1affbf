package io.gdpo.contracts.event;

import java.util.Map;

/**
 * A checkpoint was measured. {@code metrics} holds the means (names as in
 * docs/reference/metrics.md), {@code uri} the full evaluation, question by question.
 *
 * @param evaluationId which evaluation of the checkpoint, for it may have several; told by older
 *     versions that knew one only by the checkpoint's id
 */
public record EvaluationCompleted(
    String evaluationId,
    String checkpointId,
    String experiment,
    String stage,
    Map<String, Double> metrics,
    String uri)
    implements Event.OfEvaluation {
  public EvaluationCompleted {
    evaluationId = evaluationId == null ? checkpointId : evaluationId;
  }

  @Override
  public String key() {
    return checkpointId;
  }
}
