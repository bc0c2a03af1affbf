package io.gdpo.contracts.event;

import io.gdpo.contracts.Reason;

/**
 * A checkpoint could not be measured.
 *
 * @param evaluationId which evaluation of the checkpoint, for it may have several; told by older
 *     versions that knew one only by the checkpoint's id
 */
public record EvaluationFailed(
    String evaluationId, String checkpointId, String experiment, String stage, String reason)
    implements Event.OfEvaluation {
  public EvaluationFailed {
    evaluationId = evaluationId == null ? checkpointId : evaluationId;
    reason = Reason.clean(reason);
  }

  @Override
  public String key() {
    return checkpointId;
  }
}
