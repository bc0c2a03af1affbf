package io.gdpo.artifacts.process;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * A child process stops when its parent wants it to or is gone, even by SIGKILL: both show as the
 * end of the child's standard input, whose other end only the parent holds.
 *
 * <p>It works without signals, because a signal that interrupts libtorch crashes it. Only a process
 * whose parent set {@code GDPO_PARENT_WATCH=stdin} watches: one started by hand, or by a system
 * that gives it no input, runs on.
 */
public final class ParentWatch {
  /**
   * Whether a service or a worker ends with its parent: {@code stdin} if at the end of its standard
   * input. Set by whoever starts one as a child. Default: it does not.
   */
  public static final String VARIABLE = "GDPO_PARENT_WATCH";

  /** The variable's value: watch standard input. */
  public static final String STANDARD_INPUT = "stdin";

  private ParentWatch() {}

  /**
   * Starts watching, on a daemon thread of its own, if the parent asked for it; call it first in
   * {@code main}, and read nothing else from standard input.
   *
   * @param stop called once when this process is to stop, on the watching thread: have the work end
   *     soon and let {@code main} return
   * @param grace how long the process may take to end after that; then it is halted with code
   *     {@link ExitCode#HALTED}
   */
  public static void start(Runnable stop, Duration grace) {
    if (STANDARD_INPUT.equals(System.getenv(VARIABLE))) {
      Thread watch = new Thread(() -> watch(System.in, stop, grace), "parent-watch");
      watch.setDaemon(true);
      watch.start();
    }
  }

  private static void watch(InputStream input, Runnable stop, Duration grace) {
    try {
      awaitEnd(input);
      Thread asked = new Thread(stop, "stop-asked-by-parent");
      asked.setDaemon(true);
      asked.start();
      Thread.sleep(grace.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      Runtime.getRuntime().halt(ExitCode.HALTED);
    }
  }

  private static void awaitEnd(InputStream input) {
    try {
      while (input.read() >= 0) {
        // What the parent writes means nothing; only the end of it does.
      }
    } catch (IOException e) {
      // Input that cannot be read has ended for us as well: without a parent we must not live on.
      System.err.println("The parent's end of standard input is gone: " + e.getMessage());
    }
  }
}
