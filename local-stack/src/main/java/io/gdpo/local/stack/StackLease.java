package io.gdpo.local.stack;

import io.gdpo.local.home.Installation;
import io.gdpo.local.home.StackHome;
import io.gdpo.local.service.ServicePrograms;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The use of a ready stack: one that runs already, which is left alone at the end, or one that was
 * started for this use, which is stopped with it.
 *
 * @param owned the stack, if it was started for this use
 */
public record StackLease(StackState state, Optional<LocalStack> owned) implements AutoCloseable {

  /** Uses the stack that runs on this home, or starts one. */
  public static StackLease take(
      StackHome home, Installation installation, ServicePrograms programs, Consumer<String> news) {
    Optional<LocalStack> started = LocalStack.start(home, installation, programs, news);
    if (started.isPresent()) {
      return new StackLease(started.get().state(), started);
    }
    StackState running = RunningStack.require(home);
    news.accept(
        "A stack runs in "
            + home.root()
            + " already (process "
            + running.supervisor().pid()
            + "): using it");
    return new StackLease(running, Optional.empty());
  }

  @Override
  public void close() {
    owned.ifPresent(LocalStack::close);
  }
}
