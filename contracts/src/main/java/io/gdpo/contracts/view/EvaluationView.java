package io.gdpo.contracts.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.contracts.state.EvaluationStatus;
import java.time.Instant;
import java.util.Map;

/**
 * An evaluation as REST tells it.
 *
 * @param reason why it failed, or why the last try did
 * @param metrics means over questions, by name (docs/reference/metrics.md)
 * @param uri the full result, question by question
 * @param waitsFor what keeps it from getting on, such as a queue of the cluster, for people; absent
 *     if nothing does
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
    EvaluationProgress progress,
    String waitsFor) {}
