package io.gdpo.trainer.experiment;

import io.gdpo.contracts.event.Retention.DatasetReleaseRequested;
import io.gdpo.contracts.event.Retention.ExperimentDeleted;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.security.Caller;
import io.gdpo.trainer.job.ExperimentLock;
import io.gdpo.trainer.job.JobDeletion;
import io.quarkus.hibernate.orm.panache.Panache;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Takes an experiment away with all that was made for it: rows, jobs, models, and by {@link
 * io.gdpo.contracts.event.Retention.CheckpointsDeleted} its evaluations. Its dataset stays for
 * those who hold it, and is released. What another experiment starts from stays.
 */
@ApplicationScoped
public class ExperimentDeletion {
  private static final Logger LOG = Logger.getLogger(ExperimentDeletion.class);

  private final ExperimentStore store;
  private final ExperimentLock lock;
  private final JobDeletion jobs;
  private final PlanWork plans;
  private final Outbox outbox;

  ExperimentDeletion(
      ExperimentStore store, ExperimentLock lock, JobDeletion jobs, PlanWork plans, Outbox outbox) {
    this.store = store;
    this.lock = lock;
    this.jobs = jobs;
    this.plans = plans;
    this.outbox = outbox;
  }

  /**
   * Deletes an experiment that has ended, by REST and by event alike.
   *
   * @throws ProblemException if there is none of this name (404), it is somebody else's (403), it
   *     has not ended, or another one starts from a model of it (409)
   */
  @Transactional
  public void delete(String name, Caller caller) {
    lock.take(ProblemException.possible("experiment", name));
    Experiment experiment =
        store.experiment(name).orElseThrow(() -> ProblemException.notFound("experiment", name));
    Experiments.requireMayChange(experiment, caller);
    if (!experiment.status.isTerminal()) {
      throw ProblemException.conflict(
          "Experiment '"
              + name
              + "' is "
              + experiment.status
              + "; cancel it first, and delete it when it is over");
    }
    whoStartsFrom(name)
        .ifPresent(
            other -> {
              throw ProblemException.conflict(
                  "Experiment '"
                      + other
                      + "' names a model of '"
                      + name
                      + "' in its specification; delete that one first");
            });
    forget(experiment, "on request of " + caller.name());
  }

  /**
   * Deletes an experiment that ended long ago, if nobody starts from it.
   *
   * @return whether it is gone
   */
  @Transactional
  boolean expire(String name, Instant endedBefore) {
    lock.take(name);
    Optional<Experiment> old =
        store
            .experiment(name)
            .filter(it -> it.status.isTerminal() && it.finishedAt.isBefore(endedBefore))
            .filter(it -> whoStartsFrom(name).isEmpty());
    old.ifPresent(it -> forget(it, "as it ended at " + it.finishedAt));
    return old.isPresent();
  }

  /** Names of experiments that ended before, the longest ago first. */
  @Transactional
  List<String> endedBefore(Instant time) {
    return Experiment.find(
            "select name from Experiment where finishedAt < ?1 order by finishedAt", time)
        .project(String.class)
        .list();
  }

  private void forget(Experiment experiment, String why) {
    store.forgetStages(experiment.name);
    jobs.delete(experiment.name);
    plans.forget(experiment.name);
    if (experiment.datasetId != null) {
      outbox.send(new DatasetReleaseRequested(experiment.datasetId, experiment.name));
    }
    experiment.delete();
    outbox.send(new ExperimentDeleted(experiment.name));
    LOG.infof("Experiment '%s' is deleted %s", experiment.name, why);
  }

  /** Another experiment whose specification names something in a job's folder. */
  private Optional<String> whoStartsFrom(String name) {
    for (String job : jobs.of(name)) {
      List<?> others =
          Panache.getEntityManager()
              .createNativeQuery(
                  "select name from experiment where name <> ?1 and position(?2 in spec) > 0 limit 1")
              .setParameter(1, name)
              .setParameter(2, "jobs/" + job)
              .getResultList();
      if (!others.isEmpty()) {
        return Optional.of(others.get(0).toString());
      }
    }
    return Optional.empty();
  }
}
