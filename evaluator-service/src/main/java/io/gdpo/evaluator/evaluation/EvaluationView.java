package io.gdpo.evaluator.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.contracts.view.EvaluationProgress;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * An evaluation as REST tells it.
 *
 * @param status {@code PENDING}, {@code RUNNING}, {@code SUCCEEDED}, {@code FAILED} or {@code
 *     CANCELLED}
 * @param reason why it failed, or why the last try did
 * @param metrics means over questions, by name (docs/reference/metrics.md)
 * @param uri the full result, question by question
 * @param progress how far it has come; absent unless it runs
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EvaluationView(
    String id,
    String checkpointId,
    String experiment,
    String stage,
    EvaluationStatus status,
    String reason,
    EvaluationSpec evaluation,
    Map<String, Double> metrics,
    String uri,
    Instant requestedAt,
    Instant finishedAt,
    EvaluationProgress progress) {
  static EvaluationView of(Evaluation evaluation, Optional<EvaluationProgress> progress) {
    return new EvaluationView(
        evaluation.id,
        evaluation.checkpointId,
        evaluation.experiment,
        evaluation.stage,
        evaluation.status,
        evaluation.reason,
        evaluation.spec(),
        evaluation.metrics(),
        evaluation.resultUri,
        evaluation.requestedAt,
        evaluation.finishedAt,
        progress.orElse(null));
  }
}
