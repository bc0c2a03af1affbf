package io.gdpo.local.stack;

import io.gdpo.contracts.Reason;
import io.gdpo.local.stack.StackState.Phase;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Keeps {@code stack.json} as the stack is. Thread-safe; asks for the state while it holds its own
 * lock, so that the last writer writes the last state: whoever calls it may not hold the stack's.
 */
final class StackRecord {
  private final Path file;
  private final Supplier<StackState> state;
  private final Consumer<String> news;
  private String lastTrouble = "";

  StackRecord(Path file, Supplier<StackState> state, Consumer<String> news) {
    this.file = file;
    this.state = state;
    this.news = news;
  }

  synchronized void write() {
    state.get().write(file);
  }

  /** What happens must go on also while it cannot be written down, on a full disk for instance. */
  synchronized void tell() {
    try {
      write();
    } catch (RuntimeException e) {
      tellOnce(e);
    }
  }

  /** The record of a running stack may be lost: deleted, or cut by a full disk. */
  synchronized void mend() {
    try {
      StackState now = state.get();
      if (now.phase() == Phase.READY && !StackState.read(file).equals(Optional.of(now))) {
        now.write(file);
      }
    } catch (RuntimeException e) {
      tellOnce(e);
    }
  }

  /** Each look would meet the same trouble again. */
  private void tellOnce(RuntimeException e) {
    String now = Reason.of(e);
    if (!now.equals(lastTrouble)) {
      lastTrouble = now;
      news.accept(now);
    }
  }
}
