package io.gdpo.training.step;

import io.gdpo.contracts.spec.Loss;
import io.gdpo.training.batch.PackedBatch;

/** What a preference loss compares the policy's log-probabilities with. */
@FunctionalInterface
public interface Reference {
  /** Where no rejected response is read. */
  Reference NONE = batch -> new double[0];

  /**
   * log ref(y | x) of a batch's sequences, [2 B] chosen before rejected; [0] where no rejected
   * response is read.
   */
  double[] of(PackedBatch batch);

  /**
   * For a loss that needs none: a reference that finds every response certain, or {@link #NONE}.
   */
  static Reference without(Loss loss) {
    return loss.readsRejected() ? batch -> new double[2 * batch.examples().size()] : NONE;
  }
}
