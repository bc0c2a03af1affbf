package io.gdpo.contracts.event;

/** A training process began attempt {@code attempt} (1 is the first). */
public record JobStarted(String jobId, String experiment, String stage, int attempt)
    implements Event.OfJob {
  @Override
  public String key() {
    return jobId;
  }
}
