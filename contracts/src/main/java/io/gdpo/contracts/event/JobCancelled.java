package io.gdpo.contracts.event;

/** A training job was stopped on request. */
public record JobCancelled(String jobId, String experiment, String stage) implements Event.OfJob {
  @Override
  public String key() {
    return jobId;
  }
}
