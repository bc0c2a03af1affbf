package io.gdpo.benchmark.gpu;

import java.io.PrintStream;
import java.util.Locale;

/** What was compared between devices and how far both are apart, a line each as it is found. */
final class Findings {
  private final PrintStream out;
  private int compared;
  private int apart;

  Findings(PrintStream out) {
    this.out = out;
  }

  /** A largest difference, in the unit that {@code what} names, and the most that it may be. */
  void add(String what, double difference, double bound) {
    boolean holds = difference <= bound; // NaN does not
    compared++;
    apart += holds ? 0 : 1;
    out.printf(
        Locale.ROOT,
        "%s %-60s %.2e (at most %.0e)%n",
        holds ? "same " : "APART",
        what,
        difference,
        bound);
  }

  /** Something that holds or not. */
  void add(String what, boolean holds) {
    compared++;
    apart += holds ? 0 : 1;
    out.printf("%s %s%n", holds ? "same " : "APART", what);
  }

  /** Whether all that was compared is the same. */
  boolean allHold() {
    out.printf(Locale.ROOT, "%d compared, %d apart%n", compared, apart);
    return apart == 0;
  }
}
