package io.gdpo.contracts.state;

/** Where an evaluation stands; it ends once, unless it is asked for again without a result. */
public enum EvaluationStatus {
  /** It waits for its turn. */
  PENDING,
  /** A process measures. */
  RUNNING,
  SUCCEEDED,
  FAILED,
  CANCELLED;

  public boolean isTerminal() {
    return this != PENDING && this != RUNNING;
  }

  /** Whether asking for it begins it anew. */
  public boolean isBegunAnew() {
    return this == FAILED || this == CANCELLED;
  }
}
