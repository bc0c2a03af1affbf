package io.gdpo.contracts.event;

import io.gdpo.contracts.Reason;

/** A checkpoint could not be measured. */
public record EvaluationFailed(String checkpointId, String experiment, String stage, String reason)
    implements Event.OfEvaluation {
  public EvaluationFailed {
    reason = Reason.clean(reason);
  }

  @Override
  public String key() {
    return checkpointId;
  }
}
