package io.gdpo.training.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.TrainingProgress;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Tells how training goes: a JSON line in {@code progress.jsonl}, and a readable line on the
 * console. Owns the file; every line is flushed.
 */
final class ProgressLog implements AutoCloseable {
  private final PrintStream console;
  private final BufferedWriter lines;

  /**
   * Continues a file. Lines of steps after {@code step}, which an attempt left that went further
   * than the checkpoint that is resumed from, are taken out: they will be written again.
   */
  ProgressLog(Path file, long step, PrintStream console) throws IOException {
    this.console = console;
    keepUpTo(file, step);
    this.lines =
        Files.newBufferedWriter(
            file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static void keepUpTo(Path file, long step) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    List<String> kept = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (isOf(line, step)) {
        kept.add(line);
      }
    }
    AtomicFiles.replace(file, temporary -> Files.write(temporary, kept));
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
      lines.write(Json.EVENTS.writeValueAsString(progress));
      lines.newLine();
      lines.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("could not write progress.jsonl", e);
    }
    say(readable(progress));
  }

  static String readable(TrainingProgress progress) {
    Map<String, Double> metrics = progress.metrics();
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "%-5s step %d/%d  epoch %.2f  loss %.4f  jsd %.4f  belief mass %.3f",
            progress.phase().label(),
            progress.step(),
            progress.totalSteps(),
            progress.epoch(),
            metrics.get("loss"),
            metrics.get("jsd"),
            metrics.get("belief_mass")));
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
  public void close() throws IOException {
    lines.close();
  }
}
