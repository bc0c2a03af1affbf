package io.gdpo.contracts.event;

import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.spec.EvaluationSpec;

/** A finished job left a checkpoint worth evaluating. */
public record CheckpointSaved(Checkpoint checkpoint, EvaluationSpec evaluation)
    implements Event.OfCheckpoint {
  @Override
  public String key() {
    return checkpoint.jobId();
  }
}
