package io.gdpo.evaluator.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.spec.EvaluationSpec;
import java.time.Instant;
import java.util.Map;

/**
 * An evaluation as REST tells it.
 *
 * @param status {@code PENDING}, {@code RUNNING}, {@code SUCCEEDED} or {@code FAILED}
 * @param reason why it failed, or why the last try did
 * @param metrics means over questions, by name (docs/reference/metrics.md)
 * @param uri the full result, question by question
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EvaluationView(
    String checkpointId,
    String experiment,
    String stage,
    EvaluationStatus status,
    String reason,
    EvaluationSpec evaluation,
    Map<String, Double> metrics,
    String uri,
    Instant requestedAt,
    Instant finishedAt) {
  static EvaluationView of(Evaluation evaluation) {
    return new EvaluationView(
        evaluation.checkpointId,
        evaluation.experiment,
        evaluation.stage,
        evaluation.status,
        evaluation.reason,
        evaluation.spec(),
        evaluation.metrics(),
        evaluation.resultUri,
        evaluation.requestedAt,
        evaluation.finishedAt);
  }
}
