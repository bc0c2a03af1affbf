package io.gdpo.training.batch;

import io.gdpo.contracts.spec.TrainingSpec;
import java.nio.LongBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which examples each optimizer step learns from, and what is due after it; a pure function of the
 * settings, the seed and the number of examples. An epoch's last batch may be smaller.
 *
 * @param order of the examples in each epoch
 * @param batchSize examples of a step, not more than there are
 * @param totalSteps steps of the whole run
 * @param evalEvery examples between evaluations
 * @param checkpointEvery steps between checkpoints; 0 for one at each evaluation
 */
public record TrainingPlan(
    DataOrder order, int batchSize, long totalSteps, long evalEvery, long checkpointEvery) {
  private static final int LINES = 100;

  /** Of a product: 1.1 epochs of 10 steps are 11 steps, not 12. */
  private static final double ROUNDING = 1e-6;

  public static TrainingPlan of(TrainingSpec spec, long seed, List<TrainingExample> split) {
    int examples = split.size();
    int batchSize = Math.min(spec.batchSize(), examples);
    long stepsPerEpoch = BatchPacker.parts(examples, batchSize);
    List<LongBuffer> prompts =
        split.stream().map(e -> LongBuffer.wrap(e.tokens().prompt())).toList();
    return new TrainingPlan(
        new DataOrder(seed, prompts, spec.examplesPerPrompt()),
        batchSize,
        Math.max(1, (long) Math.ceil(spec.epochs() * stepsPerEpoch - ROUNDING)),
        spec.evalEvery() == null ? examples : spec.evalEvery(),
        spec.checkpointEvery() == null ? 0 : spec.checkpointEvery());
  }

  private int stepsPerEpoch() {
    return BatchPacker.parts(order.size(), batchSize);
  }

  /** Indices of the examples that a step learns from; steps count from 1. */
  public int[] batch(long step) {
    int epoch = Math.toIntExact((step - 1) / stepsPerEpoch());
    int from = (int) ((step - 1) % stepsPerEpoch()) * batchSize;
    int[] shuffled = order.epoch(epoch);
    return IntStream.range(from, Math.min(from + batchSize, order.size()))
        .map(i -> shuffled[i])
        .toArray();
  }

  /** The same as examples of a split. */
  public List<TrainingExample> batch(long step, List<TrainingExample> split) {
    return IntStream.of(batch(step)).mapToObj(split::get).toList();
  }

  /** Examples seen after a step. */
  public long examplesAfter(long step) {
    long epochs = step / stepsPerEpoch();
    return epochs * order.size() + (step % stepsPerEpoch()) * batchSize;
  }

  /**
   * The sum over all steps.
   *
   * @param ofExample what each example adds when a step learns from it
   */
  public long sum(int[] ofExample) {
    long epochs = totalSteps / stepsPerEpoch();
    long sum = epochs * IntStream.of(ofExample).asLongStream().sum();
    for (long step = epochs * stepsPerEpoch() + 1; step <= totalSteps; step++) {
      sum += IntStream.of(batch(step)).mapToLong(example -> ofExample[example]).sum();
    }
    return sum;
  }

  public boolean isLast(long step) {
    return step >= totalSteps;
  }

  public boolean isEvaluationDue(long step) {
    return isLast(step) || examplesAfter(step) / evalEvery > examplesAfter(step - 1) / evalEvery;
  }

  public boolean isCheckpointDue(long step) {
    return checkpointEvery == 0
        ? isEvaluationDue(step)
        : isLast(step) || step % checkpointEvery == 0;
  }

  /** Whether a line of means over steps is due; one is before each evaluation and checkpoint. */
  public boolean isLineDue(long step) {
    return step % Math.max(1, totalSteps / LINES) == 0
        || isEvaluationDue(step)
        || isCheckpointDue(step);
  }

  /** Evaluations after a step, up to the last. */
  public long evaluationsAfter(long step) {
    long left = examplesAfter(totalSteps) / evalEvery - examplesAfter(step) / evalEvery;
    return Math.max(left, isLast(step) ? 0 : 1);
  }

  public double epochs(long step) {
    return examplesAfter(step) / (double) order.size();
  }
}
