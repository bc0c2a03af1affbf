package io.gdpo.dataset.catalog;

import io.gdpo.contracts.event.Retention.DatasetDeleted;
import io.gdpo.contracts.event.Retention.DatasetHoldRequested;
import io.gdpo.contracts.event.Retention.DatasetReleaseRequested;
import io.gdpo.contracts.state.DatasetState;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.retention.Discarded;
import io.gdpo.platform.retention.OwnFolders;
import io.gdpo.platform.work.Works;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Who needs a dataset, and what goes when nobody does. */
@ApplicationScoped
public class DatasetDeletion {
  private static final Logger LOG = Logger.getLogger(DatasetDeletion.class);
  private static final int NAMED = 5;

  private final Holders holders;
  private final Works works;
  private final Discarded discarded;
  private final Outbox outbox;
  private final DatasetRetentionSettings settings;

  DatasetDeletion(
      Holders holders,
      Works works,
      Discarded discarded,
      Outbox outbox,
      DatasetRetentionSettings settings) {
    this.holders = holders;
    this.works = works;
    this.discarded = discarded;
    this.outbox = outbox;
    this.settings = settings;
  }

  @Produces
  OwnFolders ofDatasets() {
    return new OwnFolders("datasets", "select id from dataset where id = any (?)", "builds");
  }

  @Produces
  OwnFolders ofBuilds() {
    return new OwnFolders("builds", "select id from dataset where id = any (?)");
  }

  /** An experiment that did not ask for it trains on it; if it is gone, that is told. */
  @Transactional
  void hold(DatasetHoldRequested request) {
    String id = ProblemException.possible("dataset", request.datasetId());
    if (Dataset.locked(id).isEmpty()) {
      outbox.send(new DatasetDeleted(id));
    } else {
      holders.add(id, Datasets.requester(request.requestedBy()));
    }
  }

  /** An experiment needs it no more. */
  @Transactional
  void release(DatasetReleaseRequested request) {
    Dataset.locked(ProblemException.possible("dataset", request.datasetId()))
        .ifPresent(
            dataset -> {
              holders.remove(dataset.id, Datasets.requester(request.requestedBy()));
              dataset.wantedAt = Instant.now();
            });
  }

  /**
   * Deletes a dataset that is over.
   *
   * @param even if experiments hold it, which cannot train on it then
   * @throws ProblemException if there is none of this id (404), it is still being built, or it is
   *     held (409)
   */
  @Transactional
  public void delete(String id, boolean even) {
    Dataset dataset =
        Dataset.locked(ProblemException.possible("dataset", id))
            .orElseThrow(() -> ProblemException.notFound("dataset", id));
    if (dataset.state == DatasetState.REQUESTED) {
      throw ProblemException.conflict(
          "Dataset '" + id + "' is being built; cancel that first, and delete it when it is over");
    }
    List<String> held = holders.of(id, NAMED + 1);
    if (!held.isEmpty() && !even) {
      throw ProblemException.conflict(
          "Dataset '"
              + id
              + "' is held by "
              + String.join(", ", held.subList(0, Math.min(NAMED, held.size())))
              + (held.size() > NAMED ? " and others" : "")
              + "; delete those experiments first, or say force=true if they will not train on it");
    }
    forget(dataset, "on request");
  }

  @Scheduled(
      every = "{gdpo.retention.every}",
      delayed = "30s",
      skipExecutionIf = Scheduled.ApplicationNotRunning.class)
  void deleteWhatIsOld() {
    settings
        .datasets()
        .map(Instant.now()::minus)
        .ifPresent(before -> unheldSince(before).forEach(id -> expire(id, before)));
  }

  @Transactional
  List<String> unheldSince(Instant time) {
    return holders.unheldSince(time);
  }

  /** Deletes a dataset if nobody holds it or asked for it since. */
  @Transactional
  void expire(String id, Instant wantedBefore) {
    Optional<Dataset> old =
        Dataset.locked(id)
            .filter(it -> it.state != DatasetState.REQUESTED && it.wantedAt.isBefore(wantedBefore))
            .filter(it -> holders.of(id, 1).isEmpty());
    old.ifPresent(it -> forget(it, "as nobody asked for it since " + it.wantedAt));
  }

  private void forget(Dataset dataset, String why) {
    works.forget(dataset.id);
    discarded.add("datasets/" + dataset.id, BuildWork.folder(dataset.id));
    discarded.add(BuildWork.folder(dataset.id));
    dataset.delete();
    outbox.send(new DatasetDeleted(dataset.id));
    LOG.infof("Dataset '%s' is deleted %s", dataset.id, why);
  }
}
