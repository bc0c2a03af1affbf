package io.gdpo.local.stack;

import io.gdpo.local.home.StackHome;
import io.gdpo.local.stack.StackState.Phase;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A stack that another process runs on a home: found by its state file, and by its life. */
public final class RunningStack {
  private static final Duration START_LIMIT = Duration.ofSeconds(270);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 200;

  private RunningStack() {}

  /**
   * The stack on this home, whatever its phase; empty if its supervisor does not live. Where its
   * record is lost, the home's lock tells who runs it.
   */
  public static Optional<StackState> find(StackHome home) {
    return StackState.read(home.state())
        .filter(StackState::isAlive)
        .or(() -> StackLock.holder(home.lock()).map(StackState::unrecorded));
  }

  /** Whether a stack runs on this home whose supervisor cannot be seen from here. */
  public static boolean runsUnseen(StackHome home) {
    return StackLock.isHeld(home.lock());
  }

  /** That no stack runs on this home, and what to do. */
  public static CommandFailure none(StackHome home) {
    if (runsUnseen(home)) {
      return new CommandFailure(
          ExitCode.NOT_REACHABLE,
          "Another process holds "
              + home.lock()
              + ", but it cannot be seen from here: a stack of another container, or machine",
          "Use it or stop it from there, or name another folder with --home.");
    }
    return new CommandFailure(
        ExitCode.NOT_REACHABLE,
        "No stack runs in " + home.root(),
        "Start one with 'gdpo up --detach', or name its folder with --home.");
  }

  /** The ready stack on this home, waited for while it starts. */
  public static StackState require(StackHome home) {
    Instant begin = Instant.now();
    while (true) {
      StackState state =
          find(home).filter(s -> s.phase() != Phase.STOPPING).orElseThrow(() -> none(home));
      if (state.phase() == Phase.READY) {
        return state;
      }
      if (Duration.between(begin, Instant.now()).compareTo(START_LIMIT) > 0) {
        throw new CommandFailure(
            ExitCode.NOT_REACHABLE,
            "The stack in " + home.root() + " has been starting for too long",
            "See the logs in " + home.logs() + ", or stop it with 'gdpo down'.");
      }
      pause();
    }
  }

  /** Asks the supervisor to stop its stack and waits for its end. */
  public static void stop(StackHome home, StackState state) {
    ProcessIdentity supervisor = state.supervisor();
    supervisor.running().ifPresent(ProcessHandle::destroy);
    if (!supervisor.endsWithin(STOP_LIMIT)) {
      throw new CommandFailure(
          ExitCode.NOT_REACHABLE,
          "The stack's supervisor (process "
              + supervisor.pid()
              + ") has not ended after "
              + STOP_LIMIT.toSeconds()
              + " s",
          "Kill it (kill -9 "
              + supervisor.pid()
              + "): all that belongs to it then ends too. Logs are in "
              + home.logs()
              + ".");
    }
  }

  static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.INTERRUPTED, "Interrupted while waiting", "", e);
    }
  }
}
