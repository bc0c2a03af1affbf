package io.gdpo.dataset.catalog;

import io.gdpo.contracts.event.DatasetFailed;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.platform.database.Page;
import io.gdpo.platform.event.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The datasets that this service was asked for: each id once, and its answer at each request. */
@ApplicationScoped
public class Datasets {
  private static final Logger LOG = Logger.getLogger(Datasets.class);
  private static final String ID = "[A-Za-z0-9_][A-Za-z0-9._-]{0,199}";

  private final Outbox outbox;

  Datasets(Outbox outbox) {
    this.outbox = outbox;
  }

  /**
   * What came of a request.
   *
   * @param isNew false if the dataset had been asked for before
   */
  public record Requested(DatasetView dataset, boolean isNew) {}

  /** Another specification was asked for under this id before. */
  public static final class OtherSpecException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OtherSpecException(String id) {
      super(
          "dataset '"
              + id
              + "' was asked for before with another specification; a dataset never changes, use"
              + " another id");
    }
  }

  /**
   * Notes that a dataset is wanted; a worker builds it. Asking again for a finished dataset sends
   * its answer again, for whoever waits now.
   *
   * @param requestedBy the experiment that waits for it; null if none does
   * @throws InvalidSpecException if the specification cannot be built
   * @throws OtherSpecException if the id stands for something else
   */
  @Transactional
  public Requested request(String id, DatasetSpec spec, String requestedBy) {
    requireId(id);
    List<SpecProblem> problems = problems(spec);
    if (!problems.isEmpty()) {
      throw new InvalidSpecException(problems);
    }
    Optional<Dataset> known = Dataset.named(id);
    if (known.isEmpty()) {
      Dataset dataset = requested(id, spec, requestedBy);
      dataset.persist();
      LOG.infof("Dataset '%s' requested", id);
      return new Requested(DatasetView.of(dataset), true);
    }
    Dataset dataset = known.get();
    if (!dataset.spec.equals(spec)) {
      throw new OtherSpecException(id);
    }
    announce(dataset);
    return new Requested(DatasetView.of(dataset), false);
  }

  /**
   * Notes that a dataset was asked for that cannot be built as specified, and says so to whoever
   * waits for it.
   */
  @Transactional
  public void refuse(String id, DatasetSpec spec, String requestedBy, String reason) {
    requireId(id);
    if (Dataset.named(id).isPresent()) {
      throw new OtherSpecException(id);
    }
    Dataset dataset = requested(id, spec, requestedBy);
    dataset.state = DatasetState.FAILED;
    dataset.reason = reason;
    dataset.finishedAt = dataset.requestedAt;
    dataset.persist();
    announce(dataset);
    LOG.warnf("Dataset '%s' refused: %s", id, reason);
  }

  private static Dataset requested(String id, DatasetSpec spec, String requestedBy) {
    Dataset dataset = new Dataset();
    dataset.id = id;
    dataset.spec = spec;
    dataset.state = DatasetState.REQUESTED;
    dataset.requestedBy = requestedBy;
    dataset.requestedAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
    return dataset;
  }

  private static void requireId(String id) {
    if (id == null || !id.matches(ID)) {
      throw new InvalidSpecException(
          List.of(
              new SpecProblem(
                  "dataset_id",
                  "must be up to 200 letters, digits, '.', '_' and '-', is '" + id + "'")));
    }
  }

  /** What keeps a specification from being built; empty if nothing does. */
  static List<SpecProblem> problems(DatasetSpec spec) {
    if (spec == null) {
      return List.of(new SpecProblem("dataset", "is missing; give survey and group, or examples"));
    }
    List<SpecProblem> problems = spec.problems("dataset");
    return problems.isEmpty() && spec.id() != null
        ? List.of(
            new SpecProblem(
                "dataset.id",
                "names a dataset that is there; to build one, give survey or examples"))
        : problems;
  }

  /** Says what became of a dataset, if it is finished; in the caller's transaction. */
  void announce(Dataset dataset) {
    switch (dataset.state) {
      case READY -> outbox.send(new DatasetReady(dataset.id, dataset.uri, dataset.examples));
      case FAILED -> outbox.send(new DatasetFailed(dataset.id, dataset.reason));
      case REQUESTED -> LOG.debugf("Dataset '%s' is still to be built", dataset.id);
    }
  }

  @Transactional
  public List<DatasetView> page(Page page) {
    return Dataset.newestFirst(page).stream().map(DatasetView::of).toList();
  }

  @Transactional
  public Optional<DatasetView> find(String id) {
    return Dataset.named(Objects.requireNonNull(id)).map(DatasetView::of);
  }
}
