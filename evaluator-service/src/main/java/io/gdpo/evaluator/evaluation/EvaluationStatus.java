package io.gdpo.evaluator.evaluation;

/**
 * Where an evaluation stands. The last two are ends; a failed one begins anew when it is asked for
 * again.
 */
public enum EvaluationStatus {
  /** Waits for its turn, or for another try. */
  PENDING,
  /** A child process measures. */
  RUNNING,
  SUCCEEDED,
  FAILED;

  public boolean isTerminal() {
    return this == SUCCEEDED || this == FAILED;
  }
}
