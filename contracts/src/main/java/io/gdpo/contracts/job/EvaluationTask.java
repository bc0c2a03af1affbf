package io.gdpo.contracts.job;

import io.gdpo.contracts.event.Checkpoint;
import io.gdpo.contracts.spec.EvaluationSpec;

/**
 * What one {@code evaluate} process is told to do, as {@code request.json}. The process answers
 * beside the request: with {@code evaluation.json} ({@link EvaluationResult}), or with {@code
 * failure.json} ({@link EvaluationFailure}) and the exit code for failures that another try would
 * not mend.
 */
public record EvaluationTask(Checkpoint checkpoint, EvaluationSpec evaluation) {
  public static final String REQUEST_FILE = "request.json";
  public static final String RESULT_FILE = "evaluation.json";

  /** {@link io.gdpo.contracts.view.EvaluationProgress}, while it measures. */
  public static final String PROGRESS_FILE = "progress.json";

  public static final String FAILURE_FILE = "failure.json";
}
