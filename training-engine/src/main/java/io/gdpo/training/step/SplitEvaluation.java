package io.gdpo.training.step;

import io.gdpo.training.batch.BatchPacker;
import io.gdpo.training.batch.PackedBatch;
import io.gdpo.training.batch.TrainingExample;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * The loss and its metrics on a whole split, by the policy's present weights. Laid out once; owns
 * nothing.
 */
public final class SplitEvaluation {
  private final ObjectivePass pass;
  private final Reference reference;
  private final KlEstimate kl;
  private final List<PackedBatch> batches;
  private final List<PackedBatch> mismatched;

  /**
   * @param reference of the split's examples
   */
  public SplitEvaluation(
      ObjectivePass pass,
      BatchPacker packer,
      List<TrainingExample> split,
      Reference reference,
      KlEstimate kl) {
    this.pass = pass;
    this.reference = reference;
    this.kl = kl;
    this.batches = packer.evaluationBatches(split);
    this.mismatched = kl.layOut(split);
  }

  /**
   * Means over the split's examples, by name.
   *
   * @param stopAsked asked between batches
   * @throws CancellationException if it was asked to stop
   */
  public Map<String, Double> metrics(BooleanSupplier stopAsked) {
    MetricMeans means = new MetricMeans();
    double referencePoint = kl.of(mismatched);
    if (!mismatched.isEmpty()) {
      means.add(MetricMeans.REFERENCE_KL, referencePoint);
    }
    for (PackedBatch batch : batches) {
      if (batch != batches.get(0) && stopAsked.getAsBoolean()) {
        throw new CancellationException("stopped as asked, during an evaluation");
      }
      means.add(batch.examples(), pass.evaluate(batch, reference, referencePoint));
    }
    return means.values();
  }
}
