package io.gdpo.platform.work;

/**
 * Where a piece of work stands; a terminal state never changes, unless the work is asked for anew.
 */
public enum WorkState {
  /** For its turn, or its next attempt. */
  WAITING,
  /** An attempt was begun. */
  RUNNING,
  SUCCEEDED,
  FAILED,
  CANCELLED;

  public boolean isTerminal() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }
}
