package io.gdpo.contracts.job;

import io.gdpo.contracts.spec.EvaluationSpec;

/**
 * What an {@code evaluate} is told to do, as {@code job.json}; its result is an {@link
 * EvaluationSummary}. All that was measured lies beside it as {@code evaluation.json} ({@link
 * EvaluationResult}).
 */
public record EvaluationTask(Checkpoint checkpoint, EvaluationSpec evaluation) {
  public static final String RESULT_FILE = "evaluation.json";

  /** {@link io.gdpo.contracts.view.EvaluationProgress}, while it measures. */
  public static final String PROGRESS_FILE = "progress.json";
}
