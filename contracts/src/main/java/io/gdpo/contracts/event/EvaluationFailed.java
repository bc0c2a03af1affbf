package io.gdpo.contracts.event;

/** A checkpoint could not be measured. */
public record EvaluationFailed(String checkpointId, String experiment, String stage, String reason)
    implements Event.OfEvaluation {
  @Override
  public String key() {
    return checkpointId;
  }
}
