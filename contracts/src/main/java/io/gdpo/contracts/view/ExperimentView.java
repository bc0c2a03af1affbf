package io.gdpo.contracts.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.event.TrainingProgress;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What trainer-service tells about an experiment over REST.
 *
 * @param status {@code WAITING_FOR_DATASET}, {@code RUNNING}, {@code SUCCEEDED}, {@code FAILED} or
 *     {@code CANCELLED}
 * @param reason why it failed or was cancelled; absent otherwise
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExperimentView(
    String name,
    String status,
    String reason,
    Instant submittedAt,
    Instant finishedAt,
    String datasetId,
    String datasetUri,
    List<StageView> stages) {

  /**
   * One stage and its training job.
   *
   * @param status {@code PENDING} (its parent or the dataset is not ready), {@code QUEUED}, {@code
   *     RUNNING}, {@code SUCCEEDED}, {@code FAILED}, {@code CANCELLED}
   * @param attempts processes started so far
   * @param progress the last train line; absent before the first
   * @param evaluation absent where the stage is not evaluated or has no checkpoint yet
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record StageView(
      String name,
      String parent,
      String loss,
      String jobId,
      String status,
      String reason,
      int attempts,
      TrainingProgress progress,
      EvaluationView evaluation) {}

  /**
   * A stage's evaluation.
   *
   * @param status {@code PENDING}, {@code SUCCEEDED} or {@code FAILED}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record EvaluationView(
      String status, String reason, String checkpointId, Map<String, Double> metrics, String uri) {}
}
