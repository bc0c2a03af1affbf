package io.gdpo.local.stack;

import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that can be told from a later one that was given the same number.
 *
 * @param startedAt as the operating system tells it; null where it does not. It moves with the
 *     clock, by seconds when the clock is set
 * @param startTicks the start in ticks since the machine's, which no clock moves; null where the
 *     system does not tell, and in what an earlier gdpo wrote
 */
public record ProcessIdentity(long pid, Instant startedAt, Long startTicks) {
  private static final long TICKS_TOLERANCE = 100; // a second
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(10);
  private static final int START_TICKS_AFTER_NAME = 19; // field 22; the third follows the name

  public static ProcessIdentity of(ProcessHandle process) {
    return new ProcessIdentity(
        process.pid(),
        process.info().startInstant().orElse(null),
        startTicks(process.pid()).orElse(null));
  }

  public static ProcessIdentity current() {
    return of(ProcessHandle.current());
  }

  /** The process, if it still runs. */
  public Optional<ProcessHandle> running() {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(p -> isSameAs(of(p)));
  }

  /**
   * Waits for the process to end.
   *
   * @return whether it has ended
   */
  public boolean endsWithin(Duration limit) {
    Optional<ProcessHandle> process = running();
    try {
      if (process.isPresent()) {
        process.get().onExit().get(limit.toSeconds(), TimeUnit.SECONDS);
      }
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("Waiting for process " + pid + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(
          ExitCode.INTERRUPTED, "Interrupted while waiting for process " + pid, "", e);
    }
  }

  private boolean isSameAs(ProcessIdentity present) {
    if (startTicks != null && present.startTicks != null) {
      return Math.abs(startTicks - present.startTicks) <= TICKS_TOLERANCE;
    }
    return startedAt == null
        || present.startedAt == null
        || Duration.between(startedAt, present.startedAt).abs().compareTo(CLOCK_TOLERANCE) <= 0;
  }

  private static Optional<Long> startTicks(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      String[] afterName = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
      return Optional.of(Long.parseLong(afterName[START_TICKS_AFTER_NAME]));
    } catch (IOException e) {
      return Optional.empty(); // no such process any more, or no /proc: the clock has to do
    }
  }
}
