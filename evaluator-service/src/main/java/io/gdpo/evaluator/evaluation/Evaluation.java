package io.gdpo.evaluator.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.gdpo.artifacts.Digests;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.EvaluationCancelled;
import io.gdpo.contracts.event.EvaluationCompleted;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.contracts.state.EvaluationStatus;
import io.gdpo.contracts.view.EvaluationProgress;
import io.gdpo.contracts.view.EvaluationView;
import io.gdpo.platform.database.ReasonColumn;
import io.gdpo.platform.problem.Page;
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
import org.hibernate.annotations.DynamicUpdate;

/** A measurement of a checkpoint that was asked for: a checkpoint may have several. */
@Entity
@DynamicUpdate // what cannot be read of a row is not written over
public class Evaluation extends PanacheEntityBase {
  private static final int DIGITS = 8;

  @Id String id;

  @Column(name = "checkpoint_id")
  String checkpointId;

  String experiment;
  String stage;
  String checkpoint;
  String spec;

  @Enumerated(EnumType.STRING)
  EvaluationStatus status;

  /** It goes once it is over: what it measures is gone. */
  boolean unwanted;

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
  Evaluation(String id, Checkpoint checkpoint, EvaluationSpec spec, Instant requestedAt) {
    this.id = id;
    this.checkpointId = checkpoint.id();
    this.requestedAt = requestedAt;
    ask(checkpoint, spec);
  }

  /** It has no result and is asked for again: what is asked now counts. */
  void askAgain(Checkpoint asked, EvaluationSpec settings) {
    if (!status.isBegunAnew()) {
      throw new IllegalStateException(
          "Only an evaluation without a result is asked for again, " + id + " is " + status);
    }
    reason = null;
    finishedAt = null;
    unwanted = false;
    ask(asked, settings);
  }

  private void ask(Checkpoint asked, EvaluationSpec settings) {
    experiment = asked.experiment();
    stage = asked.stage();
    checkpoint = json(asked);
    spec = json(settings);
    status = EvaluationStatus.PENDING;
  }

  /**
   * The id of an evaluation of a checkpoint by these settings: the first one's is the checkpoint's,
   * others are told apart by their settings.
   */
  static String idOf(Checkpoint checkpoint, EvaluationSpec settings) {
    Optional<Evaluation> first = withId(checkpoint.id());
    return first.isEmpty()
            || first.get().status.isBegunAnew()
            || first.get().spec().equals(settings)
        ? checkpoint.id()
        : checkpoint.id() + "-" + Digests.ofTexts(List.of(json(settings))).substring(0, DIGITS);
  }

  /** The checkpoint of an evaluation; reads no more, so that the row can be locked by it first. */
  static Optional<String> checkpointOf(String id) {
    return find("select checkpointId from Evaluation where id = ?1", id)
        .project(String.class)
        .firstResultOptional();
  }

  static Optional<Evaluation> withId(String id) {
    return findByIdOptional(id);
  }

  /**
   * A page of all evaluations, or of an experiment's, in the order in which they were asked for.
   */
  static List<Evaluation> page(Optional<String> experiment, Page page) {
    Sort order = Sort.by("requestedAt").and("id");
    PanacheQuery<Evaluation> query =
        experiment.isPresent() ? find("experiment", order, experiment.get()) : findAll(order);
    return query.range(page.offset(), page.offset() + page.limit() - 1).list();
  }

  /** An experiment's evaluations in the order in which they were asked for. */
  public static List<Evaluation> ofExperiment(String experiment) {
    return list("experiment", Sort.by("requestedAt"), experiment);
  }

  /** Makes equal requests that come at once be one: the others wait for the first to be noted. */
  static void lock(String id) {
    getEntityManager()
        .createNativeQuery(
            "select cast(pg_advisory_xact_lock(hashtextextended(:name, 0)) as text)", String.class)
        .setParameter("name", "evaluation " + id)
        .getSingleResult();
  }

  /** Artifact key of the folder that takes task, result and log. */
  static String folderKey(String id) {
    return "evaluations/" + id;
  }

  void succeeded(String uri, Map<String, Double> means, Instant at) {
    status = EvaluationStatus.SUCCEEDED;
    resultUri = uri;
    metrics = json(means);
    finishedAt = at;
  }

  /** It ended without a result. */
  void ended(EvaluationStatus end, String why, Instant at) {
    status = end;
    reason = why;
    finishedAt = at;
  }

  /** What is told to whoever waits for an evaluation that is over; empty while it is not. */
  Optional<Event> answer() {
    return switch (status) {
      case SUCCEEDED -> Optional.of(completed());
      case FAILED -> Optional.of(new EvaluationFailed(id, checkpointId, experiment, stage, reason));
      case CANCELLED ->
          Optional.of(new EvaluationCancelled(id, checkpointId, experiment, stage, reason));
      case PENDING, RUNNING -> Optional.empty();
    };
  }

  private EvaluationCompleted completed() {
    return new EvaluationCompleted(id, checkpointId, experiment, stage, metrics(), resultUri);
  }

  public String id() {
    return id;
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

  /**
   * As REST tells it.
   *
   * @param waitsFor what keeps its work from getting on
   */
  EvaluationView view(Optional<EvaluationProgress> progress, Optional<String> waitsFor) {
    return new EvaluationView(
        id,
        checkpointId,
        experiment,
        stage,
        status,
        reason,
        spec(),
        metrics(),
        resultUri,
        requestedAt,
        finishedAt,
        progress.orElse(null),
        waitsFor.orElse(null));
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
