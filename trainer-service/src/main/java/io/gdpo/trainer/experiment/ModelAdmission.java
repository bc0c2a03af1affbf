package io.gdpo.trainer.experiment;

import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.SpecProblem;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Has an experiment's model looked at ({@link ExperimentPlans}) before anything is done for it. Who
 * waits for the answer waits a little for what is found, which may take as long as the Hub does.
 */
@ApplicationScoped
class ModelAdmission {
  private static final Logger LOG = Logger.getLogger(ModelAdmission.class);

  /** How long a submission waits for the plan; what it says later ends the experiment. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Experiments experiments;
  private final ExperimentViews views;
  private final ExperimentPlans plans;
  private final boolean asksHub;

  ModelAdmission(
      Experiments experiments,
      ExperimentViews views,
      ExperimentPlans plans,
      @ConfigProperty(name = "gdpo.models.ask-hub", defaultValue = "true") boolean asksHub) {
    this.experiments = experiments;
    this.views = views;
    this.plans = plans;
    this.asksHub = asksHub;
  }

  /**
   * Takes an experiment in for someone who waits for the answer.
   *
   * @throws InvalidSpecException if its model cannot be trained, as far as that is known soon
   */
  Experiments.Submission submit(ExperimentSpec spec) {
    CompletableFuture<List<SpecProblem>> asked = problems(spec.checked());
    List<SpecProblem> soon = soon(asked);
    if (!soon.isEmpty()) {
      throw new InvalidSpecException(soon);
    }
    Experiments.Submission submission = experiments.submit(spec, List.of());
    refuseLater(spec, asked);
    return submission;
  }

  /** Takes an experiment in for nobody who waits: it has failed if its model cannot be trained. */
  void take(ExperimentSpec spec) {
    CompletableFuture<List<SpecProblem>> asked = problems(spec.checked());
    List<SpecProblem> soon = soon(asked);
    experiments.submit(spec, soon);
    if (soon.isEmpty()) {
      refuseLater(spec, asked);
    }
  }

  private static List<SpecProblem> soon(CompletableFuture<List<SpecProblem>> asked) {
    return asked
        .copy()
        .completeOnTimeout(List.of(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .join();
  }

  private void refuseLater(ExperimentSpec spec, CompletableFuture<List<SpecProblem>> asked) {
    asked.whenComplete(
        (problems, none) -> {
          try {
            experiments.refuse(spec.name(), problems);
          } catch (RuntimeException e) {
            LOG.warnf(e, "The model of '%s' cannot be trained: %s", spec.name(), problems);
          }
        });
  }

  /** What keeps the model from being trained; never completed by an exception. */
  private CompletableFuture<List<SpecProblem>> problems(ExperimentSpec spec) {
    boolean goesOn =
        views
            .named(spec.name())
            .filter(known -> !known.status().equals(ExperimentStatus.FAILED.name()))
            .isPresent();
    if (goesOn || spec.model().hub() != null && !asksHub) {
      return CompletableFuture.completedFuture(List.of());
    }
    return plans.of(spec).thenApply(ExperimentPlan::problems);
  }
}
