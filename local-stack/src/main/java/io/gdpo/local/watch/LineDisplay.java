package io.gdpo.local.watch;

import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageView;
import io.gdpo.local.terminal.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Plain lines, for logs and files: one at each change, and one every few seconds of training. */
final class LineDisplay implements ProgressDisplay {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

  private final PrintStream out;
  private final Map<String, String> lastStates = new HashMap<>();
  private final Map<String, Instant> lastLines = new HashMap<>();
  private final Map<String, Long> lastSteps = new HashMap<>();
  private final Map<String, String> lastEvaluations = new HashMap<>();

  LineDisplay(PrintStream out) {
    this.out = out;
  }

  @Override
  public void show(ExperimentView experiment, Evaluating evaluating) {
    if (experiment.status() == ExperimentStatus.WAITING_FOR_DATASET) {
      changed("dataset", "being built");
    } else if (experiment.datasetUri() != null) {
      changed("dataset", "ready: " + experiment.datasetUri());
    }
    experiment.stages().forEach(stage -> show(stage, evaluating));
  }

  private void show(StageView stage, Evaluating evaluating) {
    switch (stage.status()) {
      case PENDING, QUEUED -> {}
      case RUNNING -> {
        String waits = ProgressDisplay.waits(stage);
        changed(stage.name(), waits.isEmpty() ? "training, attempt " + stage.attempts() : waits);
        if (stage.progress() != null) {
          progressed(stage.name(), stage.progress());
        }
      }
      default -> {
        changed(stage.name(), ProgressDisplay.outcome(stage));
        evaluating.of(stage).ifPresent(text -> evaluated(stage.name(), text));
      }
    }
  }

  private void evaluated(String stage, String progress) {
    if (!progress.equals(lastEvaluations.get(stage)) && isLineDue(stage)) {
      lastEvaluations.put(stage, progress);
      line(stage, progress);
    }
  }

  /**
   * Whether the last line of a stage's progress was long enough ago; the next one counts from now.
   */
  private boolean isLineDue(String stage) {
    Instant now = Instant.now();
    if (lastLines.getOrDefault(stage, Instant.MIN).isBefore(now.minus(BETWEEN_LINES))) {
      lastLines.put(stage, now);
      return true;
    }
    return false;
  }

  private void changed(String what, String state) {
    if (!state.equals(lastStates.put(what, state))) {
      lastLines.remove(what); // its progress begins anew
      line(what, state);
    }
  }

  private void progressed(String stage, TrainingProgress progress) {
    boolean isNew = !Long.valueOf(progress.step()).equals(lastSteps.get(stage));
    if (isNew && isLineDue(stage)) {
      lastSteps.put(stage, progress.step());
      line(
          stage,
          String.format(
              Locale.ROOT,
              "step %d of %d, %s, %.0f s left",
              progress.step(),
              progress.totalSteps(),
              ProgressDisplay.figures(progress),
              progress.etaSeconds()));
    }
  }

  private void line(String what, String text) {
    out.printf(Locale.ROOT, "  %-12s %s%n", Console.harmless(what), Console.harmless(text));
  }

  @Override
  public void close() {
    out.flush();
  }
}
