package io.gdpo.trainer.experiment;

import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.trainer.train.StartModelCheck;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Looks at an experiment's model before anything is done for it. A model on this machine is looked
 * at at once; one of the Hub on a thread of its own, which may take as long as the Hub does.
 */
@ApplicationScoped
class ModelAdmission {
  private static final Logger LOG = Logger.getLogger(ModelAdmission.class);

  /** How long a submission waits for the Hub; what it says later ends the experiment. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final StartModelCheck check = new StartModelCheck(System.getenv());
  private final ExecutorService hubThreads =
      Executors.newFixedThreadPool(
          2,
          task -> {
            Thread thread = new Thread(task, "model-admission");
            thread.setDaemon(true);
            return thread;
          });
  private final Experiments experiments;
  private final ExperimentViews views;
  private final boolean asksHub;

  ModelAdmission(
      Experiments experiments,
      ExperimentViews views,
      @ConfigProperty(name = "gdpo.models.ask-hub", defaultValue = "true") boolean asksHub) {
    this.experiments = experiments;
    this.views = views;
    this.asksHub = asksHub;
  }

  /**
   * Takes an experiment in for someone who waits for the answer.
   *
   * @throws InvalidSpecException if its model cannot be trained, as far as that is known soon
   */
  Experiments.Submission submit(ExperimentSpec spec) {
    CompletableFuture<List<SpecProblem>> asked = problems(spec.checked());
    List<SpecProblem> soon =
        asked
            .copy()
            .completeOnTimeout(List.of(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
            .join();
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
    List<SpecProblem> now = asked.getNow(List.of());
    experiments.submit(spec, now);
    if (now.isEmpty()) {
      refuseLater(spec, asked);
    }
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
    return spec.model().hub() == null
        ? CompletableFuture.completedFuture(found(spec))
        : CompletableFuture.supplyAsync(() -> found(spec), hubThreads);
  }

  private List<SpecProblem> found(ExperimentSpec spec) {
    try {
      return check.problems(spec);
    } catch (RuntimeException | LinkageError e) {
      LOG.warnf(e, "The model of '%s' could not be looked at; its job will", spec.name());
      return List.of();
    }
  }

  @PreDestroy
  void stop() {
    hubThreads.shutdownNow();
  }
}
