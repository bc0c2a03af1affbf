package io.gdpo.trainer.train;

import io.gdpo.lm.CausalLanguageModel;
import io.gdpo.trainer.objective.ObjectiveOutcome;
import io.gdpo.trainer.objective.ObjectiveOutcome.Column;

/**
 * The reference model itself, run on every batch anew: what {@link ReferenceLogProbs} saves is
 * measured against it.
 *
 * <p>Owns the model and the pass.
 */
final class LiveReference implements Reference, AutoCloseable {
  private final CausalLanguageModel model;
  private final ObjectivePass pass;

  LiveReference(CausalLanguageModel model, ObjectivePass pass) {
    this.model = model;
    this.pass = pass;
  }

  @Override
  public float[] of(PackedBatch batch) {
    int examples = batch.examples().size();
    ObjectiveOutcome outcome = pass.evaluate(batch, ReferenceLogProbs.zero(batch));
    float[] values = new float[2 * examples];
    for (int i = 0; i < examples; i++) {
      values[i] = (float) outcome.value(i, Column.CHOSEN);
      values[examples + i] = (float) outcome.value(i, Column.REJECTED);
    }
    return values;
  }

  @Override
  public void close() {
    pass.close();
    model.close();
  }
}
