package io.gdpo.contracts.event;

import io.gdpo.contracts.Reason;

/** An evaluation was ended on request; nothing is done for it any more. */
public record EvaluationCancelled(
    String evaluationId, String checkpointId, String experiment, String stage, String reason)
    implements Event.OfEvaluation {
  public EvaluationCancelled {
    reason = Reason.clean(reason);
  }

  @Override
  public String key() {
    return checkpointId;
  }
}
