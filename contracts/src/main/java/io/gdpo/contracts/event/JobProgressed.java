package io.gdpo.contracts.event;

/**
 * How far a training process has come. Sent by the process itself, best effort; the full record is
 * {@code progress.jsonl} beside its checkpoints.
 */
public record JobProgressed(String jobId, int attempt, TrainingProgress progress)
    implements Event.OfJob {
  @Override
  public String key() {
    return jobId;
  }
}
