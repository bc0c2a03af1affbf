package io.gdpo.trainer.experiment;

import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.job.PlanTask;
import io.gdpo.contracts.job.TokenSamples;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.retention.Discarded;
import io.gdpo.platform.work.Work;
import io.gdpo.platform.work.WorkKind;
import io.gdpo.platform.work.WorkLimits;
import io.gdpo.platform.work.WorkState;
import io.gdpo.platform.work.Works;
import io.gdpo.trainer.job.ExperimentLock;
import io.gdpo.trainer.job.Jobs;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Has a worker look at an experiment before anything costly is done for it, as work: its folder is
 * {@code plans/<experiment>}. A plan that could not be made speaks against nothing: the
 * experiment's jobs will meet what there is.
 */
@ApplicationScoped
class PlanWork implements WorkKind<ExperimentPlan> {
  static final String VERB = "plan";

  private static final Logger LOG = Logger.getLogger(PlanWork.class);
  private static final String ID = ".plan";
  private static final int LARGEST_OUTCOME = 1 << 20;

  private final ExperimentStore store;
  private final Works works;
  private final ExperimentLock lock;
  private final ExperimentFlow flow;
  private final Jobs jobs;
  private final PlanSettings settings;
  private final ArtifactStore artifacts;
  private final Discarded discarded;

  PlanWork(
      ExperimentStore store,
      Works works,
      ExperimentLock lock,
      ExperimentFlow flow,
      Jobs jobs,
      PlanSettings settings,
      ArtifactStore artifacts,
      Discarded discarded) {
    this.store = store;
    this.works = works;
    this.lock = lock;
    this.flow = flow;
    this.jobs = jobs;
    this.settings = settings;
    this.artifacts = artifacts;
    this.discarded = discarded;
  }

  /** Whether a plan of it is made: not where that would ask the Hub, and it is not to be asked. */
  boolean areMade(ExperimentSpec spec) {
    return settings.askHub() || spec.model().hub() == null && !spec.dataset().isOfHub();
  }

  /** Asks for an experiment's plan; the caller holds the experiment's lock. */
  void ask(String experiment) {
    works.ask(experiment + ID, VERB, folder(experiment), experiment);
  }

  /** Ends planning; the caller holds the experiment's lock. */
  void cancel(String experiment, String reason) {
    works.cancel(experiment + ID, reason);
  }

  /** Takes its plan away; the caller holds the experiment's lock. */
  void forget(String experiment) {
    works.forget(experiment + ID);
    discarded.add(folder(experiment));
  }

  /** What its plan says against an experiment; empty if there is none that says something. */
  List<SpecProblem> problems(String experiment) {
    return read(experiment).map(ExperimentPlan::problems).orElse(List.of());
  }

  /** What was found out about an experiment before it began; empty if that is not known. */
  @Transactional
  Optional<ExperimentPlan> plan(String name) {
    return store
        .experiment(name)
        .filter(experiment -> areMade(experiment.spec))
        .flatMap(experiment -> works.find(name + ID))
        .filter(work -> work.state() == WorkState.SUCCEEDED)
        .flatMap(work -> read(name));
  }

  /** What keeps plans from getting on, by their experiment; those that get on are left out. */
  Map<String, String> waitsFor(List<String> experiments) {
    Map<String, String> waiting = new HashMap<>();
    works
        .find(experiments.stream().map(name -> name + ID).toList())
        .values()
        .forEach(
            work ->
                Optional.ofNullable(work.waitsFor())
                    .ifPresent(what -> waiting.put(experiment(work), what)));
    return waiting;
  }

  /** Some of an experiment's examples in tokens, as JSON; empty if its plan left none. */
  Optional<byte[]> samples(String experiment) {
    return plan(experiment)
        .flatMap(
            plan -> {
              try {
                return Optional.of(
                    artifacts.read(artifacts.uri(folder(experiment) + "/" + TokenSamples.FILE)));
              } catch (ArtifactMissingException e) {
                return Optional.empty(); // examples that could not be read, or a version before
              }
            });
  }

  private Optional<ExperimentPlan> read(String experiment) {
    try {
      WorkOutcome outcome =
          Json.EVENTS.readValue(
              artifacts.read(
                  artifacts.uri(folder(experiment) + "/" + WorkOutcome.FILE), LARGEST_OUTCOME),
              WorkOutcome.class);
      return outcome.status() == WorkOutcome.Status.SUCCEEDED
          ? Optional.of(outcome.result(ExperimentPlan.class))
          : Optional.empty();
    } catch (IOException | RuntimeException e) {
      LOG.debugf(e, "The plan of '%s' cannot be read", experiment);
      return Optional.empty();
    }
  }

  private static String folder(String experiment) {
    return "plans/" + experiment;
  }

  private static String experiment(Work work) {
    return work.id().substring(0, work.id().length() - ID.length());
  }

  @Override
  public String verb() {
    return VERB;
  }

  @Override
  public WorkLimits limits() {
    return new WorkLimits(settings.maxParallel(), settings.maxAttempts(), settings.pause());
  }

  @Override
  public Class<ExperimentPlan> result() {
    return ExperimentPlan.class;
  }

  @Override
  public void lock(Work work) {
    lock.take(experiment(work));
  }

  @Override
  public Order begin(Work work) {
    Experiment experiment = required(work);
    String dataset = experiment.spec.dataset().id();
    return new Order(
        new PlanTask(
            experiment.spec,
            dataset == null ? null : ExperimentDataset.existing(store, dataset),
            artifacts.uri(VERB).resolve(".").toString(),
            jobs.processors()),
        LaunchRequest.Needs.ofProcessors(1));
  }

  @Override
  public void ended(Work work, Optional<ExperimentPlan> plan) {
    Experiment experiment = required(work);
    if (experiment.status != ExperimentStatus.PLANNING) {
      return;
    }
    if (experiment.cancelRequested || work.state() == WorkState.CANCELLED) {
      flow.cancelled(experiment);
      return;
    }
    List<SpecProblem> problems = plan.map(ExperimentPlan::problems).orElse(List.of());
    if (plan.isEmpty()) {
      LOG.warnf("The model of '%s' could not be looked at: %s", experiment.name, work.reason());
    }
    if (problems.isEmpty()) {
      for (Stage stage : store.stages(experiment.name)) {
        stage.memoryBytes = plan.flatMap(it -> it.memoryOf(stage.name)).orElse(null);
      }
      flow.planned(experiment, plan);
    } else {
      flow.fail(
          experiment,
          Reason.clean(
              problems.stream().map(SpecProblem::toString).collect(Collectors.joining("; "))));
    }
  }

  private Experiment required(Work work) {
    return store
        .experiment(experiment(work))
        .orElseThrow(
            () -> new IllegalStateException("There is no experiment '" + experiment(work) + "'"));
  }
}
