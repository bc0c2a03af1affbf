package io.gdpo.contracts.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.state.EvaluationStatus;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.state.StageState;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What trainer-service tells about an experiment over REST.
 *
 * @param reason why it failed or was cancelled; absent otherwise
 * @param owner who submitted it; absent if nobody was asked who they are
 * @param suspended true while nothing more of it is trained; absent otherwise
 * @param waitsFor what keeps its plan from getting on, such as a queue of the cluster, for people;
 *     absent if nothing does
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExperimentView(
    String name,
    ExperimentStatus status,
    String reason,
    String owner,
    Instant submittedAt,
    Instant finishedAt,
    String datasetId,
    String datasetUri,
    Boolean suspended,
    String waitsFor,
    List<StageView> stages) {

  /**
   * One stage and its training job.
   *
   * @param attempts processes started so far
   * @param progress the last train line; absent before the first
   * @param waitsFor what keeps its job from getting on; absent if nothing does
   * @param evaluation absent where the stage is not evaluated or has no checkpoint yet
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record StageView(
      String name,
      String parent,
      String loss,
      String jobId,
      StageState status,
      String reason,
      int attempts,
      TrainingProgress progress,
      String waitsFor,
      StageEvaluation evaluation) {}

  /** A stage's evaluation, as trainer-service was told of it. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record StageEvaluation(
      EvaluationStatus status,
      String reason,
      String checkpointId,
      Map<String, Double> metrics,
      String uri) {}
}
