package io.gdpo.contracts.event;

import io.gdpo.contracts.job.TrainingProgress;

/**
 * How far a training process has come: one line of its progress, each told once. The full record
 * lies beside its checkpoints ({@link io.gdpo.contracts.job.JobFolder#progress}).
 */
public record JobProgressed(String jobId, int attempt, TrainingProgress progress)
    implements Event.OfJob {
  @Override
  public String key() {
    return jobId;
  }
}
