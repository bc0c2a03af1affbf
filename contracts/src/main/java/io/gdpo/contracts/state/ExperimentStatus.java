package io.gdpo.contracts.state;

/** Where an experiment stands; a terminal status never changes. */
public enum ExperimentStatus {
  /** It is looked at whether it can be done. */
  PLANNING,
  WAITING_FOR_DATASET,
  RUNNING,
  SUCCEEDED,
  FAILED,
  CANCELLED;

  public boolean isTerminal() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }
}
