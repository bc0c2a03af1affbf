package io.gdpo.worker.trainjob;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.LowerCamelCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.gdpo.contracts.job.TrainingProgress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/**
 * How a training goes, in the words of Kubeflow Trainer: {@code status.trainerStatus} of a TrainJob
 * ({@code trainer.kubeflow.org/v1alpha1}, since version 2.2; its proposal 2779).
 *
 * @param progressPercentage 0 to 100; 100 only when training is over
 * @param estimatedRemainingSeconds absent where there is no estimate yet
 * @param metrics at most 256, names and values of 1 to 64 characters
 * @param lastUpdatedTime in whole seconds
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonNaming(LowerCamelCaseStrategy.class)
record TrainerStatus(
    int progressPercentage,
    Integer estimatedRemainingSeconds,
    List<Metric> metrics,
    Instant lastUpdatedTime) {

  /** A measure; its value is text there. */
  record Metric(String name, String value) {}

  /** What is posted. */
  @JsonNaming(LowerCamelCaseStrategy.class)
  record Update(TrainerStatus trainerStatus) {}

  static TrainerStatus of(
      TrainingProgress progress, Map<String, String> metrics, Instant lastUpdatedTime) {
    long percent = progress.totalSteps() == 0 ? 0 : 100 * progress.step() / progress.totalSteps();
    return new TrainerStatus(
        (int) Math.min(99, percent),
        progress.step() == 0 ? null : (int) Math.min(Integer.MAX_VALUE, seconds(progress)),
        list(metrics),
        lastUpdatedTime.truncatedTo(ChronoUnit.SECONDS));
  }

  private static long seconds(TrainingProgress progress) {
    return Math.max(0, Math.round(progress.etaSeconds()));
  }

  static TrainerStatus succeeded(Map<String, String> metrics, Instant lastUpdatedTime) {
    return new TrainerStatus(
        100, 0, list(metrics), lastUpdatedTime.truncatedTo(ChronoUnit.SECONDS));
  }

  private static List<Metric> list(Map<String, String> metrics) {
    return metrics.entrySet().stream()
        .map(metric -> new Metric(metric.getKey(), metric.getValue()))
        .toList();
  }
}
