package io.gdpo.contracts.job;

import io.gdpo.contracts.spec.EvaluationSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A checkpoint measured, as {@code evaluation.json}.
 *
 * @param seconds wall time of the measuring
 * @param prompts distinct prompts of the split
 * @param samples sampled responses, all prompts together
 * @param pairs preference pairs of the split, or responses that are judged by themselves
 * @param metrics means over questions, by name ({@link io.gdpo.contracts.metric.MetricKey}); a
 *     question's prompts were averaged first; of data without beliefs means over its examples
 * @param questions empty of data without beliefs, whose prompts are not sampled either
 */
public record EvaluationResult(
    Checkpoint checkpoint,
    EvaluationSpec evaluation,
    Instant evaluatedAt,
    double seconds,
    int prompts,
    int samples,
    int pairs,
    Map<String, Double> metrics,
    List<QuestionResult> questions) {}
