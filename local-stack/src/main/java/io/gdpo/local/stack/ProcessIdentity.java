package io.gdpo.local.stack;

import java.time.Instant;
import java.util.Optional;

/**
 * A process that can be told from a later one that was given the same number.
 *
 * @param startedAt as the operating system tells it; null where it does not
 */
public record ProcessIdentity(long pid, Instant startedAt) {

  public static ProcessIdentity of(ProcessHandle process) {
    return new ProcessIdentity(process.pid(), process.info().startInstant().orElse(null));
  }

  public static ProcessIdentity current() {
    return of(ProcessHandle.current());
  }

  /** The process, if it still runs. */
  public Optional<ProcessHandle> running() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(p -> startedAt == null || startedAt.equals(of(p).startedAt()));
  }
}
