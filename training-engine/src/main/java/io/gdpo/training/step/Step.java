package io.gdpo.training.step;

import io.gdpo.training.batch.BatchPacker;
import io.gdpo.training.batch.PackedBatch;
import io.gdpo.training.batch.StepBatches;
import io.gdpo.training.batch.TrainingExample;
import io.gdpo.training.objective.Objective;
import io.gdpo.training.objective.ObjectiveOutcome;
import io.gdpo.training.objective.ObjectiveOutcome.Column;
import java.util.List;

/**
 * One optimizer step: the loss's reference point, forward and backward of each micro-batch,
 * clipping by global norm, update. When steps, evaluations and checkpoints happen is for whoever
 * takes them; what a step is stands here alone, for jobs and for benchmarks.
 *
 * <p>Owns nothing: pass, optimizer and reference stay their owner's. Steps are taken by one thread;
 * another may lay out the next meanwhile.
 */
public final class Step {
  private final ObjectivePass pass;
  private final Optimizer optimizer;
  private final BatchPacker packer;
  private final int leastParts;
  private final Reference reference;
  private final KlEstimate kl;

  /**
   * What a step computed.
   *
   * @param batches its micro-batches
   * @param outcomes of each of them, before the update
   * @param mismatched what the reference point was estimated from
   * @param referencePoint {@link KlEstimate}; 0 for losses without
   * @param gradientNorm global norm before clipping; not finite if the update is none either
   */
  public record Taken(
      List<PackedBatch> batches,
      List<ObjectiveOutcome> outcomes,
      List<PackedBatch> mismatched,
      double referencePoint,
      double gradientNorm) {

    /** Real tokens of the policy's passes with a way back, padding left out. */
    public int tokens() {
      return batches.stream().mapToInt(PackedBatch::realTokens).sum();
    }

    /** The loss, mean over the step's examples. */
    public double loss() {
      double sum = 0;
      int count = 0;
      for (ObjectiveOutcome outcome : outcomes) {
        for (int i = 0; i < outcome.examples(); i++) {
          sum += outcome.value(i, Column.LOSS);
          count++;
        }
      }
      return sum / count;
    }
  }

  /**
   * @param leastParts into how many micro-batches a step is split at least
   * @param reference of the examples that will be laid out
   */
  public Step(
      ObjectivePass pass,
      Optimizer optimizer,
      BatchPacker packer,
      int leastParts,
      Reference reference,
      KlEstimate kl) {
    this.pass = pass;
    this.optimizer = optimizer;
    this.packer = packer;
    this.leastParts = leastParts;
    this.reference = reference;
    this.kl = kl;
  }

  /** Lays out the examples of a step. */
  public StepBatches.LaidOut layOut(List<TrainingExample> examples) {
    return new StepBatches.LaidOut(packer.microBatches(examples, leastParts), kl.layOut(examples));
  }

  /**
   * Takes a step.
   *
   * @param learningRate of this step; 0 changes the optimizer's state, but no weight
   */
  public Taken take(StepBatches.LaidOut laidOut, double learningRate) {
    double referencePoint = kl.of(laidOut.mismatched());
    try (Differentiated passes = pass.differentiate(laidOut.batches(), reference, referencePoint)) {
      Objective.Read read = passes.read(optimizer.update(passes.manager(), learningRate));
      return new Taken(
          laidOut.batches(), read.outcomes(), laidOut.mismatched(), referencePoint, read.number());
    }
  }
}
