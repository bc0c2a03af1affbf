package io.gdpo.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.state.Phase;
import java.util.Map;

/**
 * One line of a training job's progress.
 *
 * @param phase what the means are over
 * @param step optimizer steps taken
 * @param totalSteps optimizer steps planned
 * @param examples training examples seen
 * @param epoch epochs seen, with fraction
 * @param metrics by name: {@code loss}, {@code jsd}, {@code belief_mass}, {@code rewards/chosen},
 *     ... (docs/reference/metrics.md)
 * @param tokensPerSecond of training; 0 on an eval line
 * @param etaSeconds until the job's end, estimated
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingProgress(
    Phase phase,
    long step,
    long totalSteps,
    long examples,
    double epoch,
    Map<String, Double> metrics,
    double tokensPerSecond,
    double etaSeconds) {}
