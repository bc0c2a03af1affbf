package io.gdpo.trainer.experiment;

/** Where a stage stands; what happens between release and end is told by its job. */
enum StageStatus {
  /** Its parent, or the dataset, is not ready. */
  PENDING,
  /** Its job is queued or running. */
  RELEASED,
  SUCCEEDED,
  FAILED,
  CANCELLED;

  boolean isTerminal() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }
}
