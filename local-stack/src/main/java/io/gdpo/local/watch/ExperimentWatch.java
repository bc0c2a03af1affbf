package io.gdpo.local.watch;

import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.local.client.EvaluatorClient;
import io.gdpo.local.client.TrainerClient;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Follows an experiment to its end and shows how it goes. A service that is being restarted
 * meanwhile is waited for.
 */
public final class ExperimentWatch {
  private static final Duration RESTART_PATIENCE = Duration.ofSeconds(90);
  private static final long POLL_MILLIS = 500;

  /** How a question ends that a service, or its database, is too broken to answer. */
  private static final Set<ExitCode> BROKEN =
      Set.of(ExitCode.NOT_REACHABLE, ExitCode.EXPERIMENT_FAILED);

  private final TrainerClient trainer;
  private final EvaluatorClient evaluator;
  private final Console console;

  public ExperimentWatch(TrainerClient trainer, EvaluatorClient evaluator, Console console) {
    this.trainer = trainer;
    this.evaluator = evaluator;
    this.console = console;
  }

  /** Whether an experiment has ended, well or badly. */
  public static boolean hasEnded(ExperimentView experiment) {
    return experiment.status().isTerminal();
  }

  /** The experiment as it ended, after everything until then was shown. */
  public ExperimentView untilItEnds(String name) {
    try (ProgressDisplay display =
        console.isInteractive()
            ? new BarDisplay(console.newsStream())
            : new LineDisplay(console.newsStream())) {
      Instant lastAnswer = Instant.now();
      while (true) {
        try {
          ExperimentView experiment = trainer.experiment(name);
          lastAnswer = Instant.now();
          display.show(experiment, Evaluating.of(experiment, evaluator));
          if (hasEnded(experiment)) {
            return experiment;
          }
        } catch (CommandFailure e) {
          boolean mayBeRestarting =
              BROKEN.contains(e.exitCode())
                  && Duration.between(lastAnswer, Instant.now()).compareTo(RESTART_PATIENCE) < 0;
          if (!mayBeRestarting) {
            throw e;
          }
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.INTERRUPTED, "Interrupted while watching", "", e);
    }
  }
}
