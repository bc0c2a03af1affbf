package io.gdpo.trainer.experiment;

import io.gdpo.contracts.spec.StageSpec;
import io.gdpo.platform.database.ReasonColumn;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.util.Map;
import java.util.Optional;
import org.hibernate.annotations.DynamicUpdate;

/** One stage of an experiment: the job that trains it and the evaluation of what it left. */
@Entity
@DynamicUpdate // what cannot be read of a row is not written over
class Stage extends PanacheEntityBase {
  /** Experiment and stage name with a slash between; neither can hold one. */
  @Id String id;

  String experiment;
  int ordinal;
  String name;
  String parent;
  String loss;

  @Enumerated(EnumType.STRING)
  StageStatus status;

  @Convert(converter = ReasonColumn.class)
  String reason;

  /** What its job was planned to hold at most; null if that is not known. */
  Long memoryBytes;

  String jobId;
  String checkpointId;

  @Enumerated(EnumType.STRING)
  EvaluationStatus evaluationStatus;

  @Convert(converter = ReasonColumn.class)
  String evaluationReason;

  @Convert(converter = MetricsColumn.class)
  Map<String, Double> evaluationMetrics;

  String evaluationUri;

  static String id(String experiment, String name) {
    return experiment + "/" + name;
  }

  static Stage pending(String experiment, int ordinal, StageSpec spec) {
    Stage stage = new Stage();
    stage.id = id(experiment, spec.name());
    stage.experiment = experiment;
    stage.ordinal = ordinal;
    stage.name = spec.name();
    stage.parent = spec.parent();
    stage.loss = spec.training().loss().label();
    stage.status = StageStatus.PENDING;
    stage.evaluationStatus = EvaluationStatus.NONE;
    return stage;
  }

  void end(StageStatus ending, String why) {
    status = ending;
    reason = why;
  }

  /** It failed, or what it left is gone: it waits for its turn as if it had never run. */
  void beginAgain() {
    end(StageStatus.PENDING, null);
    jobId = null;
    checkpointId = null;
    evaluationStatus = EvaluationStatus.NONE;
    evaluationReason = null;
  }

  StageGraph.Node node() {
    return new StageGraph.Node(
        name,
        Optional.ofNullable(parent),
        status,
        Optional.ofNullable(reason),
        evaluationStatus,
        Optional.ofNullable(evaluationReason));
  }

  /** Its checkpoint is there, and is to be evaluated. */
  void awaitsEvaluation(String checkpoint) {
    checkpointId = checkpoint;
    evaluationStatus = EvaluationStatus.PENDING;
    evaluationReason = null;
  }
}
