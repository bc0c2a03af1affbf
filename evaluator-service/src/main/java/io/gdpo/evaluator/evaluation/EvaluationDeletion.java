package io.gdpo.evaluator.evaluation;

import io.gdpo.contracts.event.Retention.CheckpointsDeleted;
import io.gdpo.platform.retention.Discarded;
import io.gdpo.platform.retention.OwnFolders;
import io.gdpo.platform.work.Works;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;

/** Takes evaluations away: with what they measured, or when they were kept long enough. */
@ApplicationScoped
class EvaluationDeletion {
  private static final Logger LOG = Logger.getLogger(EvaluationDeletion.class);

  private final Works works;
  private final Discarded discarded;
  private final EvaluationRetentionSettings settings;

  EvaluationDeletion(Works works, Discarded discarded, EvaluationRetentionSettings settings) {
    this.works = works;
    this.discarded = discarded;
    this.settings = settings;
  }

  @Produces
  OwnFolders ofEvaluations() {
    return new OwnFolders("evaluations", "select id from evaluation where id = any (?)");
  }

  /** What was measured of a job's checkpoints goes; what is being measured is ended first. */
  @Transactional
  void checkpointsDeleted(CheckpointsDeleted deleted) {
    for (Evaluation evaluation : Evaluation.ofExperiment(deleted.experiment())) {
      if (evaluation.checkpoint().jobId().equals(deleted.jobId())) {
        if (evaluation.status().isTerminal()) {
          forget(evaluation);
        } else {
          evaluation.unwanted = true;
          works.cancel(evaluation.id, "its checkpoint was deleted");
        }
      }
    }
  }

  @Scheduled(
      every = "{gdpo.retention.every}",
      delayed = "30s",
      skipExecutionIf = Scheduled.ApplicationNotRunning.class)
  void deleteWhatIsOld() {
    Instant before = settings.evaluations().map(Instant.now()::minus).orElse(Instant.EPOCH);
    finishedBefore(before).forEach(id -> expire(id, before));
  }

  /** Ids of those that ended before, or that are to go now that they have. */
  @Transactional
  List<String> finishedBefore(Instant time) {
    return Evaluation.find(
            "select id from Evaluation where finishedAt < ?1 or (unwanted and finishedAt is not null)"
                + " order by finishedAt",
            time)
        .project(String.class)
        .list();
  }

  @Transactional
  void expire(String id, Instant finishedBefore) {
    Evaluation.checkpointOf(id).ifPresent(Evaluation::lock);
    Evaluation.withId(id)
        .filter(it -> it.status().isTerminal())
        .filter(it -> it.unwanted || it.finishedAt.isBefore(finishedBefore))
        .ifPresent(this::forget);
  }

  private void forget(Evaluation evaluation) {
    works.forget(evaluation.id);
    discarded.add(Evaluation.folderKey(evaluation.id));
    evaluation.delete();
    LOG.infof("Evaluation %s is deleted", evaluation.id);
  }
}
