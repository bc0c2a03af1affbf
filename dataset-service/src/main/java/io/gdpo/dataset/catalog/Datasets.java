package io.gdpo.dataset.catalog;

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
import io.gdpo.platform.work.Works;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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

  Datasets(Outbox outbox, Sources sources, Works works) {
    this.outbox = outbox;
    this.sources = sources;
    this.works = works;
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
   * Notes that a dataset is wanted; a worker builds it. Asking again for one that is READY sends
   * its answer again, for whoever waits now; one that FAILED or was CANCELLED is built anew.
   *
   * @param requestedBy the experiment that waits for it; null if none does
   * @param sourceSha256 hash of the source that is meant; null if what is there when it is built
   * @throws InvalidSpecException if the specification cannot be built
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
      ask(dataset, spec, requestedBy, sourceSha256);
      works.ask(id, BuildWork.VERB, BuildWork.folder(id), dataset.requestedBy);
      LOG.infof("Dataset '%s' requested%s", id, isNew ? "" : " again");
    } else if (!dataset.spec.equals(spec)) {
      throw new OtherDatasetException(id, "with another specification");
    } else {
      requireSameSource(dataset, sourceSha256);
      announce(dataset);
    }
    return dataset.view();
  }

  /**
   * Notes that a dataset was asked for that cannot be built as specified, and says so to whoever
   * waits for it.
   *
   * @param spec what was asked for; null if it cannot be read
   */
  @Transactional
  public void refuse(String id, DatasetSpec spec, String requestedBy, String reason) {
    requireId(id);
    boolean isNew = Dataset.insertIfAbsent(id, spec, now());
    Dataset dataset = Dataset.locked(id).orElseThrow();
    if (!isNew && !dataset.state.isBegunAnew()) {
      throw new OtherDatasetException(id, "with another specification");
    }
    ask(dataset, spec, requestedBy, null);
    dataset.state = DatasetState.FAILED;
    dataset.reason = Reason.clean(reason);
    dataset.finishedAt = dataset.requestedAt;
    announce(dataset);
    LOG.warnf("Dataset '%s' refused: %s", id, dataset.reason);
  }

  /**
   * Ends the build of a dataset; it is over, and told, when its process is gone. One that is over
   * stays as it is.
   */
  @Transactional
  public Optional<DatasetView> cancel(String id, String reason) {
    Optional<Dataset> known = Dataset.locked(id);
    known.ifPresent(dataset -> works.cancel(id, reason == null ? "cancelled on request" : reason));
    return known.map(Dataset::view);
  }

  /** The same for an event, whose sender waits for the answer: also where there is nothing. */
  @Transactional
  void cancelByEvent(DatasetCancelRequested request) {
    if (cancel(request.datasetId(), request.reason()).isEmpty()) {
      outbox.send(new DatasetCancelled(request.datasetId(), request.reason()));
    } else {
      announce(Dataset.named(request.datasetId()).orElseThrow());
    }
  }

  private static void ask(
      Dataset dataset, DatasetSpec spec, String requestedBy, String sourceSha256) {
    dataset.spec = spec;
    dataset.state = DatasetState.REQUESTED;
    dataset.requestedBy =
        requestedBy == null ? null : Reason.beginning(Reason.clean(requestedBy), REQUESTER);
    dataset.sourceSha256 = sourceSha256;
    dataset.reason = null;
    dataset.requestedAt = now();
    dataset.finishedAt = null;
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

  /** Null if the source is gone: what was built of it is still there. */
  private String sha256(DatasetSpec spec) {
    try {
      return Sources.sha256(sources.of(spec));
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
          List.of(
              new SpecProblem(
                  "dataset_id",
                  "must be up to 200 letters, digits, '.', '_' and '-', is '"
                      + (id == null ? "null" : Reason.beginning(id, 60))
                      + "'")));
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

  /** Says what became of a dataset, if it is finished; in the caller's transaction. */
  void announce(Dataset dataset) {
    switch (dataset.state) {
      case READY -> outbox.send(new DatasetReady(dataset.id, dataset.uri, dataset.examples));
      case FAILED -> outbox.send(new DatasetFailed(dataset.id, dataset.reason));
      case CANCELLED -> outbox.send(new DatasetCancelled(dataset.id, dataset.reason));
      case REQUESTED -> LOG.debugf("Dataset '%s' is still to be built", dataset.id);
    }
  }

  @Transactional
  public List<DatasetView> page(Page page) {
    return Dataset.newestFirst(page).stream().map(Dataset::view).toList();
  }

  @Transactional
  public Optional<DatasetView> find(String id) {
    return Dataset.named(Objects.requireNonNull(id)).map(Dataset::view);
  }
}
