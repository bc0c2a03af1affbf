package io.gdpo.platform.launch;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Starts jobs, each a process of its own, and tells how they fare; a control plane works the same
 * whether they run beside it or in a cluster.
 *
 * <p>A job is known by its name, and a name is used once: put the attempt into it. All methods
 * return at once and are safe for several threads.
 */
public interface JobLauncher extends AutoCloseable {

  /**
   * Starts a job; does nothing if one of this name was launched before, running or ended.
   *
   * @throws LaunchRefusedException if it cannot be started as it is asked for
   * @throws java.io.UncheckedIOException if its process cannot be started at all
   */
  void launch(LaunchRequest request);

  /**
   * Looks at all jobs at once, where that is cheaper than one by one; {@link #status} then tells
   * what was seen. Called before each round of questions.
   */
  default void refresh() {}

  /**
   * Whether every replica of the service sees the same jobs, whoever launched them: who loses a
   * lease leaves them to who has it.
   */
  default boolean isShared() {
    return false;
  }

  /**
   * The names of all jobs that may still do something, whoever launched them, where that can be
   * told ({@link #isShared}).
   */
  default Set<String> alive() {
    return Set.of();
  }

  /**
   * How many jobs were launched that could not be begun yet, as nobody answers who runs them: so
   * that not all that waits is begun in vain.
   */
  default int putOff() {
    return 0;
  }

  /** How the job of this name fares. */
  LaunchState status(String name);

  /**
   * The last lines that a job has written on its console, while it is there.
   *
   * @param most lines
   * @return empty where they stand in the log of its request anyway
   */
  default Optional<List<String>> console(String name, int most) {
    return Optional.empty();
  }

  /**
   * Asks a job to stop and, if it does not within a grace period, ends it. Nothing happens to a job
   * that has ended or is unknown.
   */
  void cancel(String name);

  /**
   * Has {@code listener} called with the name of each job that ends from now on, on some thread.
   * Only to be quicker: after a restart of the service nobody is told, so {@link #status} counts.
   */
  void onExit(Consumer<String> listener);

  /**
   * Ends what cannot outlive this service, in order; returns when it is gone. What can outlive it
   * runs on.
   */
  @Override
  void close();
}
