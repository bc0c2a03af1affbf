package io.gdpo.training.step;

import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.training.batch.PackedBatch;
import io.gdpo.training.objective.ObjectiveOutcome;
import io.gdpo.training.objective.ObjectiveOutcome.Column;

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
    int examples = batch.examples().size();
    ObjectiveOutcome outcome = pass.evaluate(batch, ReferenceLogProbs.zero(batch));
    double[] values = new double[2 * examples];
    for (int i = 0; i < examples; i++) {
      values[i] = outcome.value(i, Column.CHOSEN);
      values[examples + i] = outcome.value(i, Column.REJECTED);
    }
    return values;
  }

  @Override
  public void close() {
    pass.close();
    model.close();
  }
}
