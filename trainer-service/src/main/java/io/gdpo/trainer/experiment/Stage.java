package io.gdpo.trainer.experiment;

import io.gdpo.contracts.spec.StageSpec;
import io.gdpo.platform.database.ReasonColumn;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One stage of an experiment: the job that trains it and the evaluation of what it left. */
@Entity
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

  String jobId;
  String checkpointId;

  @Enumerated(EnumType.STRING)
  EvaluationStatus evaluationStatus;

  @Convert(converter = ReasonColumn.class)
  String evaluationReason;

  @Convert(converter = MetricsColumn.class)
  Map<String, Double> evaluationMetrics;

  String evaluationUri;

  static Stage pending(String experiment, int ordinal, StageSpec spec) {
    Stage stage = new Stage();
    stage.id = experiment + "/" + spec.name();
    stage.experiment = experiment;
    stage.ordinal = ordinal;
    stage.name = spec.name();
    stage.parent = spec.parent();
    stage.loss = spec.training().loss().label();
    stage.status = StageStatus.PENDING;
    stage.evaluationStatus = EvaluationStatus.NONE;
    return stage;
  }

  /** An experiment of this name is another one from now on. */
  static void forget(String experiment) {
    delete("experiment", experiment);
  }

  /** The stages of an experiment in the order of its specification. */
  static List<Stage> of(String experiment) {
    return list("experiment = ?1 order by ordinal", experiment);
  }

  static List<Stage> ofAll(Collection<String> experiments) {
    return list("experiment in ?1 order by experiment, ordinal", experiments);
  }

  static Optional<Stage> named(String experiment, String name) {
    return findByIdOptional(experiment + "/" + name);
  }

  /** The experiment whose stage left this checkpoint. */
  static Optional<String> experimentOfCheckpoint(String checkpointId) {
    return find("select experiment from Stage where checkpointId = ?1", checkpointId)
        .project(String.class)
        .firstResultOptional();
  }

  static Optional<Stage> ofCheckpoint(String checkpointId) {
    return find("checkpointId", checkpointId).firstResultOptional();
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
}
