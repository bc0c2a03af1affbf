package io.gdpo.training.step;

import io.gdpo.training.batch.BatchPacker;
import io.gdpo.training.batch.MismatchedExamples;
import io.gdpo.training.batch.PackedBatch;
import io.gdpo.training.batch.TrainingExample;
import java.util.List;

/**
 * KTO's reference point (Ethayarajh et al. 2024, section 4.1): what the policy gains on the
 * reference model on responses that are not the prompt's,
 *
 * <p>KL = max(0, mean of log pi(y' | x) - log ref(y' | x))
 *
 * <p>over all examples given, which are a whole optimizer step's, however many micro-batches it is
 * split into, or the whole eval split. It is computed without a graph, by a forward pass of its
 * own. Belief-conditioned losses count the tokens of y' from its belief's closing mark on, as they
 * do in pairs.
 */
public final class KlEstimate {
  private final ObjectivePass policy;
  private final Reference reference;
  private final BatchPacker packer;
  private final List<TrainingExample> mismatched;

  /**
   * @param reference of the mismatched examples
   * @param packer lays out chosen responses only
   * @param mismatched by {@link TrainingExample#index}; empty where KL is 0: for losses without a
   *     reference point, and where {@link MismatchedExamples} finds none
   */
  public KlEstimate(
      ObjectivePass policy,
      Reference reference,
      BatchPacker packer,
      List<TrainingExample> mismatched) {
    this.policy = policy;
    this.reference = reference;
    this.packer = packer;
    this.mismatched = mismatched;
  }

  /** Lays out the mismatched examples of these; may be called by another thread. */
  public List<PackedBatch> layOut(List<TrainingExample> examples) {
    if (mismatched.isEmpty()) {
      return List.of();
    }
    return packer.evaluationBatches(
        examples.stream().map(example -> mismatched.get(example.index())).toList());
  }

  /** The estimate by the policy's present weights; 0 if there is nothing to estimate it from. */
  public double of(List<PackedBatch> laidOut) {
    double sum = 0;
    int count = 0;
    for (PackedBatch batch : laidOut) {
      double[] byPolicy = policy.logProbs(batch);
      double[] byReference = reference.of(batch);
      for (int i = 0; i < batch.examples().size(); i++) {
        sum += byPolicy[i] - byReference[i];
        count++;
      }
    }
    return count == 0 ? 0 : Math.max(0, sum / count);
  }
}
