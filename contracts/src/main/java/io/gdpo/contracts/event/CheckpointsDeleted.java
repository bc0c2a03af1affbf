package io.gdpo.contracts.event;

/** What a job left is there no more: what was measured of it goes, too. */
public record CheckpointsDeleted(String jobId, String experiment, String stage)
    implements Event.OfCheckpoint {
  @Override
  public String key() {
    return jobId;
  }
}
