package io.gdpo.training.batch;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongFunction;

/**
 * The laid out micro-batches of each step. While one step is computed, another thread lays out the
 * next, which depends on nothing that a step changes.
 */
public final class StepBatches implements AutoCloseable {
  /**
   * A step, laid out.
   *
   * @param batches of the loss
   * @param mismatched of the loss's reference point (KTO's)
   */
  public record LaidOut(List<PackedBatch> batches, List<PackedBatch> mismatched) {}

  private final LongFunction<LaidOut> layout;
  private final long lastStep;
  private final boolean ahead;
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "next-batch");
            thread.setDaemon(true);
            return thread;
          });
  private long nextStep = -1;
  private CompletableFuture<LaidOut> next;

  /**
   * @param layout lays out a step's batches; called by one thread at a time
   * @param ahead whether to do so for the next step meanwhile
   */
  public StepBatches(LongFunction<LaidOut> layout, long lastStep, boolean ahead) {
    this.layout = layout;
    this.lastStep = lastStep;
    this.ahead = ahead;
  }

  /** The batches of a step; steps count from 1. What laying out threw, this throws. */
  public LaidOut of(long step) {
    if (!ahead) {
      return layout.apply(step);
    }
    LaidOut batches = nextStep == step ? joined() : layout.apply(step);
    if (step < lastStep) {
      nextStep = step + 1;
      next = CompletableFuture.supplyAsync(() -> layout.apply(step + 1), worker);
    }
    return batches;
  }

  private LaidOut joined() {
    try {
      return next.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
