package io.gdpo.training.step;

import io.gdpo.training.batch.PackedBatch;

/** What a preference loss compares the policy's log-probabilities with. */
@FunctionalInterface
public interface Reference {
  /** For losses that compare with none. */
  Reference NONE = batch -> new double[0];

  /** log ref(y | x) of a batch's sequences, [2 B] chosen before rejected; [0] for {@link #NONE}. */
  double[] of(PackedBatch batch);
}
