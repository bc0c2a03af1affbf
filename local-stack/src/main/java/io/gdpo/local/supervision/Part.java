package io.gdpo.local.supervision;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A part of the stack that can end, or live without answering, and be started again: a service, the
 * database, the broker. Asked by {@link Supervision}, by one thread at a time.
 */
public interface Part {
  String label();

  /** Where it says what happens to it. */
  Path log();

  boolean isAlive();

  /** Whether it answers now; waits no longer than {@code limit}. */
  boolean answers(Duration limit) throws InterruptedException;

  /** How it ended, in words that follow its name. */
  String end();

  /** How a process ended, in words that follow its name. */
  static String ended(int exitCode) {
    int outOfMemory = 3; // of -XX:+ExitOnOutOfMemoryError
    int signal = 128;
    String why = "";
    if (exitCode == outOfMemory) {
      why = " (out of memory)";
    } else if (exitCode > signal) {
      why = " (signal " + (exitCode - signal) + ")";
    }
    return "ended with exit code " + exitCode + why;
  }

  /** Ends it for sure. */
  void kill() throws InterruptedException;

  /** Starts it again where it was; its first answer may come later. */
  void startAgain();

  /** Has {@code told} run when it ends, where that can be known without asking. */
  void onEnd(Runnable told);
}
