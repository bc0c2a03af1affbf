package io.gdpo.contracts.event;

/** A training job ended badly and will not be tried again. */
public record JobFailed(String jobId, String experiment, String stage, String reason)
    implements Event.OfJob {
  @Override
  public String key() {
    return jobId;
  }
}
