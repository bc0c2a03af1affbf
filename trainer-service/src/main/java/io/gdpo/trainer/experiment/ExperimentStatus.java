package io.gdpo.trainer.experiment;

/** Where an experiment stands; a terminal status never changes. */
enum ExperimentStatus {
  /** It is looked at whether it can be done. */
  PLANNING,
  WAITING_FOR_DATASET,
  RUNNING,
  SUCCEEDED,
  FAILED,
  CANCELLED;

  boolean isTerminal() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }
}
