package io.gdpo.evaluator.evaluate;

import java.io.PrintStream;
import java.util.Locale;

/** Says on a process's output how far it has come; at most ten lines for each kind of work. */
final class Progress {
  private final PrintStream out;
  private final long started = System.nanoTime();

  Progress(PrintStream out) {
    this.out = out;
  }

  /** {@code done} of {@code total} things are done. */
  void report(String work, int done, int total, int justDone) {
    int tenthsBefore = 10 * (done - justDone) / total;
    if (10 * done / total > tenthsBefore) {
      say(work + ": " + done + " of " + total);
    }
  }

  void say(String line) {
    out.printf(Locale.ROOT, "[%6.1f s] %s%n", seconds(), line);
    out.flush();
  }

  double seconds() {
    return (System.nanoTime() - started) / 1e9;
  }
}
