package io.gdpo.training.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.artifacts.process.PieceWriter;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingProgress;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Tells how training goes: a JSON line in the job's numbered pieces of progress, a readable line on
 * the console, and whoever else listens.
 */
final class ProgressLog implements AutoCloseable {
  private final PrintStream console;
  private final Consumer<TrainingProgress> listener;
  private final PieceWriter pieces;

  /**
   * Goes on behind what earlier attempts told.
   *
   * @param step from which the job goes on
   * @param listener hears each line of progress; it does not wait and throws nothing
   */
  ProgressLog(
      JobWorkspace workspace, long step, PrintStream console, Consumer<TrainingProgress> listener)
      throws IOException {
    this.console = console;
    this.listener = listener;
    this.pieces = new PieceWriter(workspace.store(), JobFolder.PROGRESS);
    takeOver(new JobFolder(workspace.root()).progressOfEarlierVersion(), step);
  }

  /** A job that an earlier version of this program began keeps what it told. */
  private void takeOver(Path file, long step) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    for (String line : Files.readAllLines(file)) {
      if (isOf(line, step)) {
        pieces.add(line);
      }
    }
    pieces.flush();
    Files.delete(file);
  }

  /** A line that a killed process tore is no line. */
  private static boolean isOf(String line, long step) {
    try {
      return step > 0 && Json.EVENTS.readValue(line, TrainingProgress.class).step() <= step;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /** Says something to people only. */
  void say(String message) {
    console.println(message);
    console.flush();
  }

  /** Records a line of progress. */
  void record(TrainingProgress progress) {
    try {
      pieces.add(Json.EVENTS.writeValueAsString(progress));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("No JSON can be written of " + progress, e);
    }
    say(readable(progress));
    listener.accept(progress);
  }

  /** Others see lines that have waited long enough; called after every step. */
  void showIfDue() {
    pieces.writeIfDue();
  }

  /** Others see all lines now: what a checkpoint stands for is told before it is saved. */
  void show() {
    pieces.flush();
  }

  static String readable(TrainingProgress progress) {
    Map<String, Double> metrics = progress.metrics();
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "%-5s step %d/%d  epoch %.2f  loss %.4f",
            progress.phase().label(),
            progress.step(),
            progress.totalSteps(),
            progress.epoch(),
            metrics.get("loss")));
    if (metrics.containsKey("jsd")) {
      line.append(
          String.format(
              Locale.ROOT,
              "  jsd %.4f  belief mass %.3f",
              metrics.get("jsd"),
              metrics.get("belief_mass")));
    }
    if (metrics.containsKey("rewards/margin")) {
      line.append(
          String.format(
              Locale.ROOT,
              "  margin %.4f  accuracy %.3f",
              metrics.get("rewards/margin"),
              metrics.get("rewards/accuracy")));
    }
    if (metrics.containsKey("grad_norm")) {
      line.append(
          String.format(
              Locale.ROOT,
              "  grad norm %.3f  lr %.2e",
              metrics.get("grad_norm"),
              metrics.get("learning_rate")));
    }
    line.append(String.format(Locale.ROOT, "  %,.0f tokens/s", progress.tokensPerSecond()));
    return line.append("  ETA ").append(readable(progress.etaSeconds())).toString();
  }

  private static String readable(double seconds) {
    Duration duration = Duration.ofSeconds(Math.round(seconds));
    return duration.toHours() > 0
        ? String.format(Locale.ROOT, "%dh %02dm", duration.toHours(), duration.toMinutesPart())
        : String.format(Locale.ROOT, "%dm %02ds", duration.toMinutes(), duration.toSecondsPart());
  }

  @Override
  public void close() {
    pieces.close();
  }
}
