package io.gdpo.trainer.experiment;

import io.gdpo.contracts.event.DatasetCancelRequested;
import io.gdpo.contracts.event.EvaluationCancelRequested;
import io.gdpo.contracts.event.ExperimentFinished;
import io.gdpo.contracts.event.ExperimentSuspended;
import io.gdpo.contracts.event.Retention.DatasetHoldRequested;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.security.Caller;
import io.gdpo.platform.work.Works;
import io.gdpo.trainer.job.ExperimentLock;
import io.gdpo.trainer.job.Jobs;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * What people ask of experiments, by REST and by event alike: to be run, and to be ended. What
 * follows from it is {@link ExperimentFlow}'s. Every change is made under the experiment's lock,
 * together with the events that tell of it.
 */
@ApplicationScoped
public class Experiments {
  private static final Logger LOG = Logger.getLogger(Experiments.class);

  private final ExperimentStore store;
  private final ExperimentLock lock;
  private final Outbox outbox;
  private final Jobs jobs;
  private final ExperimentFlow flow;
  private final PlanWork plans;
  private final ExperimentViews views;

  Experiments(
      ExperimentStore store,
      ExperimentLock lock,
      Outbox outbox,
      Jobs jobs,
      ExperimentFlow flow,
      PlanWork plans,
      ExperimentViews views) {
    this.store = store;
    this.lock = lock;
    this.outbox = outbox;
    this.jobs = jobs;
    this.flow = flow;
    this.plans = plans;
    this.views = views;
  }

  /** An experiment as it stands now, if there is one of this name. */
  @Transactional
  public Optional<ExperimentView> find(String name) {
    return views.named(name);
  }

  /**
   * What came of a submission.
   *
   * @param created false if the same experiment was there already
   */
  public record Submission(ExperimentView experiment, boolean created) {}

  /**
   * Takes an experiment in, once: the same specification under the same name changes nothing,
   * unless the experiment has failed. Then what failed is done again, and what succeeded is kept.
   * The name of one that was refused, for which nothing was done, is free for another.
   *
   * @param caller owns it from now on, if it is new
   * @throws InvalidSpecException with every problem of the specification
   * @throws ProblemException if the name stands for another specification, or what is to be done
   *     again is somebody else's
   */
  @Transactional
  public Submission submit(ExperimentSpec spec, Caller caller) {
    if (spec == null) {
      throw ProblemException.badRequest("No experiment was sent; give one as YAML or JSON");
    }
    spec.checked();
    lock.take(spec.name());
    String dataset = spec.dataset().id();
    if (dataset != null) {
      ExperimentDataset.existing(store, dataset);
    }
    Optional<Experiment> known = store.experiment(spec.name());
    if (known.isPresent() && !isRefused(known.get(), spec)) {
      return known(known.get(), spec, caller);
    }
    if (dataset != null) {
      outbox.send(new DatasetHoldRequested(dataset, spec.name()));
    }
    known.ifPresent(refused -> requireMayChange(refused, caller));
    Experiment experiment = known.orElseGet(Experiment::new);
    experiment.name = spec.name();
    experiment.spec = spec;
    experiment.submittedAt = Instant.now();
    experiment.finishedAt = null;
    experiment.suspended = false;
    experiment.owner = caller.name();
    experiment.reason = null;
    experiment.datasetUri = null;
    experiment.datasetId = dataset;
    experiment.status = ExperimentStatus.PLANNING;
    store.forgetStages(experiment.name);
    store.add(experiment);
    for (int i = 0; i < spec.stages().size(); i++) {
      store.add(Stage.pending(spec.name(), i, spec.stages().get(i)));
    }
    LOG.infof("Experiment '%s' taken in", spec.name());
    plan(experiment);
    return new Submission(views.of(experiment), true);
  }

  private static boolean isRefused(Experiment known, ExperimentSpec submitted) {
    return known.isRefused() && !known.spec.equals(submitted);
  }

  private void plan(Experiment experiment) {
    if (plans.areMade(experiment.spec)) {
      plans.ask(experiment.name);
    } else {
      flow.planned(experiment, Optional.empty());
    }
  }

  private Submission known(Experiment known, ExperimentSpec submitted, Caller caller) {
    if (!known.spec.equals(submitted)) {
      throw ProblemException.conflict(
          "There is an experiment '"
              + known.name
              + "' with another specification; give this one another name");
    }
    if (known.status == ExperimentStatus.FAILED) {
      requireMayChange(known, caller);
      begunAgain(known);
    }
    return new Submission(views.of(known), false);
  }

  /** Its cause may be mended: failed stages wait for their turns anew. */
  private void begunAgain(Experiment experiment) {
    LOG.infof("Experiment '%s' had failed and is asked for again", experiment.name);
    experiment.reason = null;
    experiment.finishedAt = null;
    experiment.suspended = false;
    if (experiment.datasetUri == null) {
      experiment.datasetId = experiment.spec.dataset().id();
      store.stages(experiment.name).forEach(Stage::beginAgain);
      experiment.status = ExperimentStatus.PLANNING;
      plan(experiment);
    } else {
      experiment.status = ExperimentStatus.RUNNING;
      flow.resume(experiment);
    }
  }

  /**
   * Ends an experiment: no stage starts any more, and all of its work is asked to stop; it is over
   * when that is gone.
   *
   * @throws ProblemException if there is none of this name, it is somebody else's, or it has
   *     succeeded or failed
   */
  @Transactional
  public ExperimentView cancel(String name, Caller caller) {
    Experiment experiment = locked(name);
    requireMayChange(experiment, caller);
    if (experiment.status == ExperimentStatus.SUCCEEDED
        || experiment.status == ExperimentStatus.FAILED) {
      throw ended(experiment, "cancel");
    }
    if (!experiment.cancelRequested) {
      cancel(experiment);
    }
    return views.of(experiment);
  }

  /**
   * Trains nothing more of an experiment until it is resumed: what is being trained saves a
   * checkpoint and stops, and goes on from there. Its plan, its dataset and evaluations, which are
   * short, go on.
   *
   * @param suspended false to resume it
   * @throws ProblemException if there is none of this name, it is somebody else's, or it is over
   */
  @Transactional
  public ExperimentView suspend(String name, boolean suspended, Caller caller) {
    Experiment experiment = locked(name);
    requireMayChange(experiment, caller);
    if (experiment.status.isTerminal()) {
      throw ended(experiment, suspended ? "suspend" : "resume");
    }
    if (experiment.suspended != suspended) {
      experiment.suspended = suspended;
      store.stages(name).stream()
          .filter(stage -> stage.status == StageStatus.RELEASED)
          .forEach(stage -> jobs.suspend(stage.jobId, suspended));
      LOG.infof("Experiment '%s' %s", name, suspended ? "suspended" : "resumed");
      tellSuspended(experiment);
    }
    return views.of(experiment);
  }

  private void tellSuspended(Experiment experiment) {
    outbox.send(new ExperimentSuspended(experiment.name, experiment.suspended));
  }

  private Experiment locked(String name) {
    lock.take(ProblemException.possible("experiment", name));
    return store.experiment(name).orElseThrow(() -> ProblemException.notFound("experiment", name));
  }

  /**
   * @throws ProblemException (403) if it is somebody else's
   */
  static void requireMayChange(Experiment experiment, Caller caller) {
    if (!caller.mayChange(experiment.owner)) {
      throw ProblemException.forbidden(
          "Experiment '"
              + experiment.name
              + "' is "
              + experiment.owner
              + "'s, and you are "
              + caller.name()
              + "; its owner or an operator may change it");
    }
  }

  private static ProblemException ended(Experiment experiment, String what) {
    return ProblemException.conflict(
        "Experiment '"
            + experiment.name
            + "' has ended as "
            + experiment.status
            + "; there is nothing to "
            + what);
  }

  /** {@link #submit} for an event, whose sender waits for the answer: an end is told again. */
  @Transactional
  void submitByEvent(ExperimentSpec spec, Caller caller) {
    tellAgain(submit(spec, caller).experiment());
  }

  /** {@link #cancel} for an event, whose sender waits for the answer: an end is told again. */
  @Transactional
  void cancelByEvent(String name, Caller caller) {
    lock.take(ProblemException.possible("experiment", name));
    boolean wasOver = store.experiment(name).filter(e -> e.status.isTerminal()).isPresent();
    ExperimentView experiment = cancel(name, caller);
    if (wasOver) {
      tellAgain(experiment);
    }
  }

  /** {@link #suspend} for an event, whose sender waits for the answer: it is told again. */
  @Transactional
  void suspendByEvent(String name, boolean suspended, Caller caller) {
    Experiment experiment = locked(name);
    boolean wasSo = experiment.suspended == suspended;
    suspend(name, suspended, caller);
    if (wasSo) {
      tellSuspended(experiment);
    }
  }

  private void tellAgain(ExperimentView experiment) {
    if (experiment.status().isTerminal()) {
      outbox.send(
          new ExperimentFinished(experiment.name(), experiment.status(), experiment.reason()));
    }
  }

  private void cancel(Experiment experiment) {
    experiment.cancelRequested = true;
    if (experiment.status == ExperimentStatus.PLANNING) {
      plans.cancel(experiment.name, Works.CANCELLED);
    } else if (experiment.status == ExperimentStatus.WAITING_FOR_DATASET) {
      outbox.send(
          new DatasetCancelRequested(experiment.datasetId, experiment.name, Works.CANCELLED));
    }
    for (Stage stage : store.stages(experiment.name)) {
      if (stage.status == StageStatus.RELEASED) {
        jobs.cancel(stage.jobId, Works.CANCELLED);
      }
      if (stage.evaluationStatus == EvaluationStatus.PENDING) {
        outbox.send(
            new EvaluationCancelRequested(stage.checkpointId, stage.checkpointId, Works.CANCELLED));
      }
    }
    flow.advance(experiment);
  }
}
