package io.gdpo.trainer.experiment;

/** Where the evaluation of a stage's checkpoint stands; a terminal status never changes. */
enum EvaluationStatus {
  /** The stage has no checkpoint yet, or is not to be evaluated. */
  NONE,
  /** The checkpoint was announced; evaluator-service has not answered yet. */
  PENDING,
  SUCCEEDED,
  FAILED,
  CANCELLED
}
