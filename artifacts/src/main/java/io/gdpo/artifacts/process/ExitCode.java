package io.gdpo.artifacts.process;

/** How the process of a worker ends; the same for everything that a worker does. */
public final class ExitCode {
  /** It is done; what it was to leave is there. */
  public static final int DONE = 0;

  /** Something went wrong that another try may mend. */
  public static final int BROKEN = 1;

  /** It cannot be done, and another try would not help; what it left says why. */
  public static final int FAILED = 2;

  /** The JVM ended because its heap was full ({@code -XX:+ExitOnOutOfMemoryError}). */
  public static final int HEAP_EXHAUSTED = 3;

  /** The command line or the task makes no sense. */
  public static final int USAGE = 64;

  /** It was asked to stop and did, and can go on from where it was. */
  public static final int STOPPED = 130;

  /** SIGKILL ended it. */
  public static final int KILLED = 137;

  /** It was asked to stop, did not in time, and halted; or SIGTERM ended it. */
  public static final int HALTED = 143;

  private ExitCode() {}
}
