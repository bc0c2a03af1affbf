package io.gdpo.training.step;

import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.training.batch.PackedBatch;

/**
 * The reference model itself, run on every batch anew: what {@link ReferenceLogProbs} saves is
 * measured against it.
 *
 * <p>Owns the model and the pass.
 */
public final class LiveReference implements Reference, AutoCloseable {
  private final CausalLanguageModel model;
  private final ObjectivePass pass;

  public LiveReference(CausalLanguageModel model, ObjectivePass pass) {
    this.model = model;
    this.pass = pass;
  }

  @Override
  public double[] of(PackedBatch batch) {
    return pass.logProbs(batch);
  }

  @Override
  public void close() {
    pass.close();
    model.close();
  }
}
