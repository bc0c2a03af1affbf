package io.gdpo.local.watch;

import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.state.StageState;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageView;
import io.gdpo.local.terminal.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import me.tongfei.progressbar.InteractiveConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A redrawn bar for each stage, from its first step until it has been evaluated. */
final class BarDisplay implements ProgressDisplay {
  private static final int UPDATE_MILLIS = 250;

  private final PrintStream out;
  private final Map<String, StageBar> bars = new LinkedHashMap<>();
  private String datasetState = "";

  BarDisplay(PrintStream out) {
    this.out = out;
  }

  @Override
  public void show(ExperimentView experiment, Evaluating evaluating) {
    if (bars.isEmpty()) {
      String state =
          experiment.datasetUri() == null
              ? "  dataset: being built"
              : "  dataset: ready, " + experiment.datasetUri();
      if (!state.equals(datasetState)) {
        datasetState = state;
        out.println(Console.harmless(state));
      }
    }
    for (StageView stage : experiment.stages()) {
      boolean begun = stage.status() != StageState.PENDING && stage.status() != StageState.QUEUED;
      if (begun) {
        bars.computeIfAbsent(stage.name(), name -> new StageBar(name, out)).show(stage, evaluating);
      }
    }
  }

  @Override
  public void close() {
    bars.values().forEach(StageBar::close);
  }

  /** One stage's bar. */
  private static final class StageBar {
    private final ProgressBar bar;
    private volatile double etaSeconds = Double.NaN;
    private boolean settled;

    StageBar(String stage, PrintStream out) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(String.format(Locale.ROOT, "  %-11s", Console.harmless(stage)))
              .setInitialMax(-1)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(UPDATE_MILLIS)
              .setConsumer(new InteractiveConsoleProgressBarConsumer(out))
              .setEtaFunction(state -> eta())
              .build();
    }

    private Optional<Duration> eta() {
      return Double.isFinite(etaSeconds)
          ? Optional.of(Duration.ofSeconds(Math.round(etaSeconds)))
          : Optional.empty();
    }

    void show(StageView stage, Evaluating evaluating) {
      TrainingProgress progress = stage.progress();
      if (progress != null) {
        bar.maxHint(progress.totalSteps());
        bar.stepTo(progress.step());
        etaSeconds = progress.etaSeconds();
      }
      String outcome = evaluating.of(stage).orElse(ProgressDisplay.outcome(stage));
      String words = outcome.isEmpty() ? ProgressDisplay.waits(stage) : outcome;
      bar.setExtraMessage(
          words.isEmpty()
              ? (progress == null ? "" : attempt(stage, progress))
              : " " + Console.harmless(words).replace('\n', ' '));
      boolean waits = stage.status() == StageState.SUCCEEDED && Evaluating.isPending(stage);
      if (!outcome.isEmpty() && !waits && !settled) {
        settled = true;
        bar.close();
      }
    }

    private static String attempt(StageView stage, TrainingProgress progress) {
      return " "
          + ProgressDisplay.figures(progress)
          + (stage.attempts() > 1 ? ", attempt " + stage.attempts() : "");
    }

    void close() {
      if (!settled) {
        bar.close();
      }
    }
  }
}
