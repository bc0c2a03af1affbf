package io.gdpo.contracts.event;

/** A training job waits for its turn. */
public record JobQueued(String jobId, String experiment, String stage) implements Event.OfJob {
  @Override
  public String key() {
    return jobId;
  }
}
