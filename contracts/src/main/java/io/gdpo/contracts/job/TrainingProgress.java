package io.gdpo.contracts.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.state.Phase;
import java.util.ArrayList;
import java.util.List;
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
    double etaSeconds) {

  /**
   * What was told, as if no attempt had been interrupted: where an attempt that went on from a
   * checkpoint told the steps behind it once more, the later lines count.
   */
  public static List<TrainingProgress> history(List<TrainingProgress> told) {
    List<TrainingProgress> lines = new ArrayList<>();
    for (TrainingProgress line : told) {
      while (!lines.isEmpty() && !line.follows(lines.get(lines.size() - 1))) {
        lines.remove(lines.size() - 1);
      }
      lines.add(line);
    }
    return lines;
  }

  /** A step's training is told before its evaluation. */
  private boolean follows(TrainingProgress other) {
    return step > other.step
        || (step == other.step && phase == Phase.EVAL && other.phase == Phase.TRAIN);
  }
}
