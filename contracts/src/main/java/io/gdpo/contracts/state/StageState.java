package io.gdpo.contracts.state;

/** Where a stage stands, with its job; a terminal state never changes. */
public enum StageState {
  /** Its parent, or the dataset, is not ready. */
  PENDING,
  QUEUED,
  RUNNING,
  SUCCEEDED,
  FAILED,
  CANCELLED
}
