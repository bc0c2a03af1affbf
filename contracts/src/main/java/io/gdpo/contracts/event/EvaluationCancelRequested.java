package io.gdpo.contracts.event;

import io.gdpo.contracts.Reason;

/**
 * A command: end this evaluation. It is answered with {@link EvaluationCancelled} when its process
 * is gone, or with what became of it before.
 */
public record EvaluationCancelRequested(String evaluationId, String checkpointId, String reason)
    implements Event.OfEvaluation, Event.Command {
  public EvaluationCancelRequested {
    reason = Reason.clean(reason);
  }

  @Override
  public String key() {
    return checkpointId;
  }
}
