package io.gdpo.contracts.event;

/** A training job ended well. */
public record JobSucceeded(String jobId, String experiment, String stage) implements Event.OfJob {
  @Override
  public String key() {
    return jobId;
  }
}
