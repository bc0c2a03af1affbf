package io.gdpo.evaluation.measure;

import io.gdpo.contracts.view.EvaluationProgress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Says how far a process has come: on its output, at most ten lines for each kind of work, and to a
 * listener, at most once in a second.
 */
final class Progress {
  private static final long BETWEEN = Duration.ofSeconds(1).toNanos();

  private final PrintStream out;
  private final Consumer<EvaluationProgress> always;
  private final Consumer<EvaluationProgress> listener;
  private final long started = System.nanoTime();
  private String lastWork = "";
  private int lastTenths;
  private long lastTold;

  /**
   * @param always hears of each thing; what it throws ends the work
   * @param listener hears at most once in a second
   */
  Progress(
      PrintStream out, Consumer<EvaluationProgress> always, Consumer<EvaluationProgress> listener) {
    this.out = out;
    this.always = always;
    this.listener = listener;
  }

  /** {@code done} of {@code total} things are done; begins with none, so that all hear of it. */
  void report(String work, int done, int total, String unit) {
    EvaluationProgress progress = new EvaluationProgress(work, done, total, unit);
    always.accept(progress);
    boolean isNew = !work.equals(lastWork);
    int tenths = total == 0 ? 10 : (int) (10L * done / total);
    long now = System.nanoTime();
    if (isNew || now - lastTold >= BETWEEN) {
      lastTold = now;
      listener.accept(progress);
    }
    if (isNew) {
      lastTenths = 0;
    }
    if (tenths > lastTenths) {
      say(progress.toString());
    }
    lastWork = work;
    lastTenths = tenths;
  }

  void say(String line) {
    out.printf(Locale.ROOT, "[%6.1f s] %s%n", seconds(), line);
    out.flush();
  }

  double seconds() {
    return (System.nanoTime() - started) / 1e9;
  }
}
