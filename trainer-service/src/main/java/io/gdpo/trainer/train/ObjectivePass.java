package io.gdpo.trainer.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.CausalLanguageModel;
import io.gdpo.lm.script.Autograd;
import io.gdpo.trainer.objective.Objective;
import io.gdpo.trainer.objective.ObjectiveInput;
import io.gdpo.trainer.objective.ObjectiveOutcome;
import io.gdpo.trainer.objective.ObjectiveScript;

/**
 * Computes an objective over packed batches under one model. One forward pass of the model gives
 * the calibration row, the belief segment and both responses.
 *
 * <p>The model stays its caller's; all tensors of a pass are freed before it returns. Used by one
 * thread at a time.
 */
final class ObjectivePass implements AutoCloseable {
  private final CausalLanguageModel model;
  private final NDManager manager;
  private final ObjectiveScript script;
  private final NDArray beliefTokens;

  /**
   * @param beliefTokens token id of each belief digit, by belief class
   */
  ObjectivePass(CausalLanguageModel model, Objective objective, long[] beliefTokens) {
    this.model = model;
    this.manager = model.parameters().manager().newSubManager();
    this.script = ObjectiveScript.load(manager, objective);
    this.beliefTokens = manager.create(beliefTokens);
  }

  /** Computes each example's loss and metrics. */
  ObjectiveOutcome evaluate(PackedBatch batch, ReferenceLogProbs reference) {
    try (NDManager step = manager.newSubManager()) {
      return script.evaluate(step, input(step, batch, reference, batch.examples().size()));
    }
  }

  /**
   * Like {@link #evaluate}, and adds the batch's share of the gradient to the model's parameters.
   *
   * @param examples of the whole optimizer step, that the gradient is the mean of
   */
  ObjectiveOutcome differentiate(PackedBatch batch, ReferenceLogProbs reference, int examples) {
    try (NDManager step = manager.newSubManager();
        Autograd.Scope recording = Autograd.gradMode(true)) {
      return script.differentiate(step, input(step, batch, reference, examples));
    }
  }

  private ObjectiveInput input(
      NDManager step, PackedBatch batch, ReferenceLogProbs reference, int examples) {
    NDArray hidden = model.hidden(step, batch.tokens());
    return new ObjectiveInput(
        model.selectedLogProbs(hidden, batch.rows(), batch.targets()),
        model.logits(hidden, batch.beliefRows()),
        step.create(batch.sequence()),
        step.create(batch.inResponse()),
        step.create(batch.inBelief()),
        beliefTokens,
        target(step, batch),
        step.create(reference.of(batch)),
        step.create((float) examples));
  }

  private NDArray target(NDManager step, PackedBatch batch) {
    int classes = Math.toIntExact(beliefTokens.getShape().get(0));
    float[] flat = new float[batch.examples().size() * classes];
    for (int i = 0; i < batch.examples().size(); i++) {
      System.arraycopy(batch.examples().get(i).target(), 0, flat, i * classes, classes);
    }
    return step.create(flat, new Shape(batch.examples().size(), classes));
  }

  @Override
  public void close() {
    manager.close();
  }
}
