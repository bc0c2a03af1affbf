package io.gdpo.artifacts.process;

import io.gdpo.artifacts.ArtifactStore;
import java.io.PrintStream;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * What a worker does when it is called by one verb; {@link WorkerProcess} runs it.
 *
 * @param <T> what it is told, as JSON
 */
public interface WorkerCommand<T> {
  /** How it is called, such as {@code build}. */
  String verb();

  /** What its {@code job.json} says. */
  Class<T> task();

  /**
   * How long it may take to end in order once it was asked to stop; zero if there is nothing to
   * save, for what it makes appears whole or not at all: it is ended at once then.
   */
  default Duration grace() {
    return Duration.ZERO;
  }

  /**
   * Looks at what it was told.
   *
   * @throws IllegalArgumentException if that makes no sense
   */
  default void check(T task) {}

  /**
   * Does the work.
   *
   * @param folder where {@code job.json} lies and what comes of it goes
   * @param stopAsked whether to stop
   * @param console its log
   * @return what came of it: {@code result} in {@link io.gdpo.contracts.job.WorkOutcome}
   * @throws java.util.concurrent.CancellationException if it stopped because it was asked to
   * @throws Exception if it is not done, see {@link #isRefusal}
   */
  Object run(T task, ArtifactStore folder, BooleanSupplier stopAsked, PrintStream console)
      throws Exception;

  /**
   * Whether this is a refusal: its words say all, and another try would end so as well. Anything
   * else that is thrown may be mended by another try.
   */
  boolean isRefusal(Throwable cause);
}
