package io.gdpo.evaluator.evaluation;

/** Where an evaluation stands; it ends once, unless it is asked for again without a result. */
public enum EvaluationStatus {
  /** It waits for its turn. */
  PENDING,
  /** A process measures. */
  RUNNING,
  SUCCEEDED,
  FAILED,
  CANCELLED;

  /** Whether asking for it begins it anew. */
  boolean isBegunAnew() {
    return this == FAILED || this == CANCELLED;
  }
}
