package io.gdpo.local.watch;

import io.gdpo.contracts.event.TrainingProgress;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageView;
import io.gdpo.local.Console;
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

  LineDisplay(PrintStream out) {
    this.out = out;
  }

  @Override
  public void show(ExperimentView experiment) {
    if ("WAITING_FOR_DATASET".equals(experiment.status())) {
      changed("dataset", "being built");
    } else if (experiment.datasetUri() != null) {
      changed("dataset", "ready: " + experiment.datasetUri());
    }
    experiment.stages().forEach(this::show);
  }

  private void show(StageView stage) {
    switch (stage.status()) {
      case "PENDING", "QUEUED" -> {}
      case "RUNNING" -> {
        changed(stage.name(), "training, attempt " + stage.attempts());
        if (stage.progress() != null) {
          progressed(stage.name(), stage.progress());
        }
      }
      default -> changed(stage.name(), ProgressDisplay.outcome(stage));
    }
  }

  private void changed(String what, String state) {
    if (!state.equals(lastStates.put(what, state))) {
      line(what, state);
    }
  }

  private void progressed(String stage, TrainingProgress progress) {
    Instant now = Instant.now();
    Instant last = lastLines.getOrDefault(stage, Instant.MIN);
    boolean isNew = !Long.valueOf(progress.step()).equals(lastSteps.get(stage));
    if (isNew && last.isBefore(now.minus(BETWEEN_LINES))) {
      lastLines.put(stage, now);
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
