package io.gdpo.evaluator.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.Checkpoint;
import io.gdpo.contracts.event.EvaluationCompleted;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.platform.database.Page;
import io.gdpo.platform.database.ReasonColumn;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.panache.common.Sort;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the evaluator remembers of a checkpoint that was to be measured. */
@Entity
public class Evaluation extends PanacheEntityBase {
  private static final int PENDING_AT_ONCE = 100;

  @Id
  @Column(name = "checkpoint_id")
  String checkpointId;

  String experiment;
  String stage;
  String checkpoint;
  String spec;

  @Enumerated(EnumType.STRING)
  EvaluationStatus status;

  /** Processes that ended badly. */
  int failures;

  /** Processes that were started; each has its own name. */
  int launches;

  @Convert(converter = ReasonColumn.class)
  String reason;

  @Column(name = "result_uri")
  String resultUri;

  String metrics;

  @Column(name = "requested_at")
  Instant requestedAt;

  @Column(name = "finished_at")
  Instant finishedAt;

  /** For Hibernate. */
  protected Evaluation() {}

  /** A checkpoint to be measured. */
  Evaluation(Checkpoint checkpoint, EvaluationSpec spec, Instant requestedAt) {
    this.checkpointId = checkpoint.id();
    this.requestedAt = requestedAt;
    ask(checkpoint, spec);
  }

  /** It failed and is asked for again: what is asked now counts, and it has all its tries. */
  void askAgain(Checkpoint asked, EvaluationSpec settings) {
    if (status != EvaluationStatus.FAILED) {
      throw new IllegalStateException(
          "Only an evaluation that failed is asked for again, " + checkpointId + " is " + status);
    }
    failures = 0;
    reason = null;
    finishedAt = null;
    ask(asked, settings);
  }

  private void ask(Checkpoint asked, EvaluationSpec settings) {
    experiment = asked.experiment();
    stage = asked.stage();
    checkpoint = json(asked);
    spec = json(settings);
    status = EvaluationStatus.PENDING;
  }

  static Optional<Evaluation> ofCheckpoint(String checkpointId) {
    return findByIdOptional(checkpointId);
  }

  /**
   * A page of all evaluations, or of an experiment's, in the order in which they were asked for.
   */
  static List<Evaluation> page(Optional<String> experiment, Page page) {
    Sort order = Sort.by("requestedAt").and("checkpointId");
    PanacheQuery<Evaluation> query =
        experiment.isPresent() ? find("experiment", order, experiment.get()) : findAll(order);
    return query.range(page.offset(), page.offset() + page.limit() - 1).list();
  }

  /** An experiment's evaluations in the order in which they were asked for. */
  public static List<Evaluation> ofExperiment(String experiment) {
    return list("experiment", Sort.by("requestedAt"), experiment);
  }

  static Optional<Evaluation> running() {
    return find("status", EvaluationStatus.RUNNING).firstResultOptional();
  }

  /** Those that wait for their turn, the longest waiting first; a few are enough. */
  static List<Evaluation> pending() {
    return find("status", Sort.by("requestedAt"), EvaluationStatus.PENDING)
        .page(0, PENDING_AT_ONCE)
        .list();
  }

  /** Makes equal requests that come at once be one: the others wait for the first to be noted. */
  static void lock(String checkpointId) {
    getEntityManager()
        .createNativeQuery(
            "select cast(pg_advisory_xact_lock(hashtextextended(:name, 0)) as text)", String.class)
        .setParameter("name", "evaluation " + checkpointId)
        .getSingleResult();
  }

  /** The name of this evaluation's latest process; unique for ever. */
  String processName() {
    return "evaluate-" + checkpointId + "-" + launches;
  }

  /** Artifact key of the folder that takes request, result and log. */
  String folderKey() {
    return "evaluations/" + checkpointId;
  }

  void launched() {
    status = EvaluationStatus.RUNNING;
    launches++;
  }

  /** Its process is gone without a fault of its own: it will be started again. */
  void interrupted() {
    status = EvaluationStatus.PENDING;
  }

  void succeeded(String uri, Map<String, Double> means, Instant at) {
    status = EvaluationStatus.SUCCEEDED;
    resultUri = uri;
    metrics = json(means);
    finishedAt = at;
  }

  void failed(String why, Instant at) {
    status = EvaluationStatus.FAILED;
    reason = why;
    finishedAt = at;
  }

  /** What is told to whoever waits for an evaluation that has succeeded. */
  EvaluationCompleted completed() {
    return new EvaluationCompleted(checkpointId, experiment, stage, metrics(), resultUri);
  }

  public String checkpointId() {
    return checkpointId;
  }

  public Checkpoint checkpoint() {
    return read(checkpoint, new TypeReference<>() {});
  }

  public EvaluationSpec spec() {
    return read(spec, new TypeReference<>() {});
  }

  public EvaluationStatus status() {
    return status;
  }

  public Optional<String> reason() {
    return Optional.ofNullable(reason);
  }

  public Optional<String> resultUri() {
    return Optional.ofNullable(resultUri);
  }

  /** Means over questions; empty until it has succeeded. */
  public Map<String, Double> metrics() {
    return metrics == null ? Map.of() : read(metrics, new TypeReference<>() {});
  }

  private static String json(Object value) {
    try {
      return Json.EVENTS.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("No JSON can be written of " + value, e);
    }
  }

  private static <T> T read(String json, TypeReference<T> type) {
    try {
      return Json.EVENTS.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The evaluation's record holds no valid JSON: " + json, e);
    }
  }
}
