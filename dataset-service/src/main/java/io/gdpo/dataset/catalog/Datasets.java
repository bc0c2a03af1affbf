package io.gdpo.dataset.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.artifacts.source.Source;
import io.gdpo.artifacts.source.SourceException;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.event.DatasetCancelRequested;
import io.gdpo.contracts.event.DatasetCancelled;
import io.gdpo.contracts.event.DatasetFailed;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.contracts.state.DatasetState;
import io.gdpo.contracts.view.DatasetView;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.problem.Page;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.work.Works;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/** The datasets that this service was asked for: each id once, and its answer at each request. */
@ApplicationScoped
public class Datasets {
  private static final Logger LOG = Logger.getLogger(Datasets.class);
  private static final String ID = "[A-Za-z0-9_][A-Za-z0-9._-]{0,199}";
  private static final int REQUESTER = 250;

  private final Outbox outbox;
  private final Sources sources;
  private final Works works;
  private final Holders holders;
  private final ChatEndpoints endpoints;

  Datasets(Outbox outbox, Sources sources, Works works, Holders holders, ChatEndpoints endpoints) {
    this.outbox = outbox;
    this.sources = sources;
    this.works = works;
    this.holders = holders;
    this.endpoints = endpoints;
  }

  /** The id stands for something else. */
  public static final class OtherDatasetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OtherDatasetException(String id, String difference) {
      super(
          "dataset '"
              + id
              + "' was asked for before "
              + difference
              + "; a dataset never changes, use another id");
    }
  }

  /**
   * Has a dataset built: one that is READY is told again, one that FAILED or was CANCELLED anew.
   *
   * @param requestedBy the experiment that waits for it; null if none does
   * @param sourceSha256 hash of the source that is meant; null if what is there when it is built
   * @throws InvalidSpecException if it cannot be built
   * @throws OtherDatasetException if the id stands for something else
   */
  @Transactional
  public DatasetView request(String id, DatasetSpec spec, String requestedBy, String sourceSha256) {
    requireId(id);
    List<SpecProblem> problems = problems(spec);
    if (!problems.isEmpty()) {
      throw new InvalidSpecException(problems);
    }
    boolean isNew = Dataset.insertIfAbsent(id, spec, now());
    Dataset dataset = Dataset.locked(id).orElseThrow();
    if (isNew || dataset.state.isBegunAnew()) {
      endpoints.require(spec);
      requireSource(spec);
      ask(dataset, spec, requestedBy, sourceSha256);
      build(dataset);
      LOG.infof("Dataset '%s' requested%s", id, isNew ? "" : " again");
    } else if (!spec.asksForTheDataOf(dataset.spec)) {
      throw new OtherDatasetException(id, "with another specification");
    } else if (dataset.state == DatasetState.REQUESTED) {
      join(dataset, requestedBy);
    } else {
      requireSameSource(dataset, sourceSha256);
      announce(dataset);
    }
    dataset.wantedAt = now();
    if (requestedBy != null) {
      holders.add(id, requester(requestedBy));
    }
    return dataset.view(works);
  }

  /** Has a dataset built; its row is locked. */
  void build(Dataset dataset) {
    works.ask(dataset.id, BuildWork.VERB, BuildWork.folder(dataset.id), dataset.requestedBy);
  }

  /** One more waits. A build that nobody wanted any more ends all the same, and is begun again. */
  private void join(Dataset dataset, String requestedBy) {
    if (dataset.cancelRequested) {
      tellCancelled(dataset, Works.CANCELLED);
      dataset.cancelRequested = false;
    }
    dataset.waits(requester(requestedBy), true);
  }

  /**
   * Answers a request by an event that cannot be granted.
   *
   * @return false if its id cannot be read, or stands for a dataset
   */
  @Transactional
  boolean refuse(JsonNode data, String reason) {
    String id = data.path("dataset_id").asText();
    if (!id.matches(ID) || Dataset.named(id).isPresent()) {
      return false;
    }
    outbox.send(new DatasetFailed(id, reason));
    return true;
  }

  /**
   * Ends the build of a dataset; it is over, and told, when its process is gone. One that is over
   * stays as it is, and one that others wait for is built on for them.
   *
   * @param requestedBy the experiment that does not wait any more; null to end it for all
   * @param reason why; null if that is not told
   * @throws ProblemException if there is none of this id
   */
  @Transactional
  public DatasetView cancel(String id, String requestedBy, String reason) {
    Dataset dataset =
        Dataset.locked(ProblemException.possible("dataset", id))
            .orElseThrow(() -> ProblemException.notFound("dataset", id));
    if (dataset.state == DatasetState.REQUESTED) {
      cancel(dataset, requestedBy, reason == null ? Works.CANCELLED : reason);
    }
    return dataset.view(works);
  }

  private void cancel(Dataset dataset, String requestedBy, String reason) {
    String requester = requester(requestedBy);
    dataset.waits(requester, false);
    if (requestedBy != null && !dataset.waiting.isEmpty() && !dataset.cancelRequested) {
      tellCancelled(dataset.id, requester, reason);
      return;
    }
    dataset.waits(requester, true); // to be told when the process is gone
    dataset.cancelRequested = true;
    works.cancel(dataset.id, reason);
  }

  /**
   * The same for an event, whose sender waits for the answer: what is over is told again, and where
   * there is nothing, nothing is done any more.
   */
  @Transactional
  void cancelByEvent(DatasetCancelRequested request) {
    Optional<Dataset> known =
        Dataset.locked(ProblemException.possible("dataset", request.datasetId()));
    if (known.isEmpty()) {
      String words = ProblemException.notFound("dataset", request.datasetId()).getMessage();
      outbox.send(new DatasetCancelled(request.datasetId(), request.requestedBy(), words));
    } else if (known.get().state == DatasetState.CANCELLED) {
      tellCancelled(request.datasetId(), requester(request.requestedBy()), known.get().reason);
    } else if (known.get().state == DatasetState.REQUESTED) {
      cancel(request.datasetId(), request.requestedBy(), request.reason());
    } else {
      announce(known.get());
    }
  }

  /** All who waited are told, and wait no more. */
  private void tellCancelled(Dataset dataset, String reason) {
    dataset.waiting.forEach(requester -> tellCancelled(dataset.id, requester, reason));
    dataset.waiting = Set.of();
  }

  private void tellCancelled(String id, String requester, String reason) {
    outbox.send(
        new DatasetCancelled(id, requester.equals(Dataset.NOBODY) ? null : requester, reason));
  }

  private static void ask(
      Dataset dataset, DatasetSpec spec, String requestedBy, String sourceSha256) {
    dataset.spec = spec;
    dataset.state = DatasetState.REQUESTED;
    dataset.requestedBy = requestedBy == null ? null : requester(requestedBy);
    dataset.waiting = Set.of(requester(requestedBy));
    dataset.cancelRequested = false;
    dataset.sourceSha256 = sourceSha256;
    dataset.reason = null;
    dataset.requestedAt = now();
    dataset.finishedAt = null;
  }

  static String requester(String experiment) {
    return experiment == null
        ? Dataset.NOBODY
        : Reason.beginning(Reason.clean(experiment), REQUESTER);
  }

  /** Of what a specification names; null if only workers fetch it. Refuses what is not there. */
  String sourceSha256(DatasetSpec spec) {
    return requireSource(spec).map(source -> Sources.sha256(source.path())).orElse(null);
  }

  private Optional<Source> requireSource(DatasetSpec spec) {
    try {
      return Sources.isRemote(spec) ? Optional.empty() : Optional.of(sources.of(spec));
    } catch (SourceException | UncheckedIOException e) { // not there, or its store refuses it
      String field = spec.survey() != null ? "survey" : "examples";
      throw new InvalidSpecException("dataset." + field, Reason.of(e));
    }
  }

  /** What was built of a source says nothing about another one under the same address. */
  private void requireSameSource(Dataset dataset, String sourceSha256) {
    if (dataset.state != DatasetState.READY || dataset.sourceSha256 == null) {
      return;
    }
    String now = sourceSha256 == null ? sha256(dataset.spec) : sourceSha256;
    if (now != null && !now.equals(dataset.sourceSha256)) {
      throw new OtherDatasetException(dataset.id, "when its source had another content");
    }
  }

  /** Null if the source is gone, or is not for this service to fetch: what was built is there. */
  private String sha256(DatasetSpec spec) {
    try {
      return Sources.isRemote(spec) ? null : Sources.sha256(sources.of(spec).path());
    } catch (SourceException e) {
      LOG.debugf("The source of a dataset that is built is gone: %s", e.getMessage());
      return null;
    }
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MICROS);
  }

  private static void requireId(String id) {
    if (id == null || !id.matches(ID)) {
      throw new InvalidSpecException(
          "dataset_id",
          "must be up to 200 letters, digits, '.', '_' and '-', is '"
              + (id == null ? "null" : Reason.beginning(id, 60))
              + "'");
    }
  }

  /** What keeps a specification from being built; empty if nothing does. */
  static List<SpecProblem> problems(DatasetSpec spec) {
    if (spec == null) {
      return List.of(new SpecProblem("dataset", "is missing; give survey and group, or examples"));
    }
    List<SpecProblem> problems = new ArrayList<>(spec.problems("dataset"));
    if (problems.isEmpty() && spec.id() != null) {
      problems.add(
          new SpecProblem(
              "dataset.id",
              "names a dataset that is there; to build one, give survey or examples"));
    }
    return problems;
  }

  /** Says what became of a dataset that is finished; in the caller's transaction. */
  void announce(Dataset dataset) {
    switch (dataset.state) {
      case READY -> outbox.send(new DatasetReady(dataset.id, dataset.uri, dataset.examples));
      case FAILED -> outbox.send(new DatasetFailed(dataset.id, dataset.reason));
      case CANCELLED -> tellCancelled(dataset, dataset.reason);
      case REQUESTED -> throw new IllegalArgumentException(dataset.id + " is still to be built");
    }
    dataset.waiting = Set.of();
  }

  @Transactional
  public List<DatasetView> page(Page page) {
    return Dataset.newestFirst(page).stream().map(dataset -> dataset.view(works)).toList();
  }

  @Transactional
  public Optional<DatasetView> find(String id) {
    return Dataset.named(ProblemException.possible("dataset", id))
        .map(dataset -> dataset.view(works));
  }
}
