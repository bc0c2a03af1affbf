package io.gdpo.training.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ForwardOptions;
import io.gdpo.lm.model.ForwardPass;
import io.gdpo.lm.script.Autograd;
import io.gdpo.training.batch.PackedBatch;
import io.gdpo.training.objective.Objective;
import io.gdpo.training.objective.ObjectiveInput;
import io.gdpo.training.objective.ObjectiveOutcome;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Computes an objective over packed batches under one model. One forward pass of the model gives
 * the calibration row, the belief segment and both responses (or, to see what that saves, one pass
 * for each).
 *
 * <p>The model stays its caller's; all tensors of a pass are freed before it returns. Used by one
 * thread at a time.
 */
public final class ObjectivePass implements AutoCloseable {
  private final CausalLanguageModel model;
  private final NDManager manager;
  private final Objective objective;
  private final NDArray beliefTokens;
  private final ForwardOptions options;
  private final boolean oneForward;

  /**
   * @param beliefTokens token id of each belief digit, by belief class
   * @param spec the loss, its settings, and what is computed again or more often than needed
   */
  public ObjectivePass(CausalLanguageModel model, long[] beliefTokens, TrainingSpec spec) {
    this.model = model;
    this.manager = model.parameters().manager().newSubManager();
    this.objective = Objective.load(manager, spec);
    this.beliefTokens = manager.create(beliefTokens);
    this.oneForward = spec.levers().oneForward();
    this.options =
        new ForwardOptions(
            spec.activationRecomputation(),
            spec.vocabularyChunk(),
            spec.levers().selectedRows()
                ? ForwardOptions.VocabularyRows.ASKED
                : ForwardOptions.VocabularyRows.ALL);
  }

  /**
   * Computes each example's loss and metrics.
   *
   * @param kl the reference point ({@link KlEstimate}); 0 for losses without
   */
  public ObjectiveOutcome evaluate(PackedBatch batch, Reference reference, double kl) {
    try (NDManager step = manager.newSubManager()) {
      Predictions predictions = predict(step, batch);
      return objective.evaluate(
          step, input(step, predictions, batch, reference, kl, batch.examples().size()));
    }
  }

  /**
   * Like {@link #evaluate}, and adds the batch's share of the gradient to the model's parameters.
   *
   * @param kl the reference point of the whole optimizer step; 0 for losses without
   * @param examples of the whole optimizer step, that the gradient is the mean of
   */
  public ObjectiveOutcome differentiate(
      PackedBatch batch, Reference reference, double kl, int examples) {
    try (NDManager step = manager.newSubManager();
        Autograd.Scope recording = Autograd.gradMode(true)) {
      Predictions predictions = predict(step, batch);
      ObjectiveOutcome outcome =
          objective.differentiate(step, input(step, predictions, batch, reference, kl, examples));
      predictions.passes.forEach(ForwardPass::backward);
      return outcome;
    }
  }

  /**
   * What the model says of a batch's responses, and no more.
   *
   * @return log pi(y | x) of each sequence, [2 B] chosen before rejected, as a loss counts it; 0
   *     for a response that is not laid out
   */
  public double[] logProbs(PackedBatch batch) {
    double[] sums = new double[2 * batch.examples().size()];
    try (NDManager step = manager.newSubManager()) {
      List<ForwardPass> passes = forward(step, batch, oneForward ? 1 : 2);
      float[] logProbs = logProbs(step, batch, passes).toFloatArray();
      for (int n = 0; n < logProbs.length; n++) {
        if (batch.inResponse()[n] == 1) {
          sums[(int) batch.sequence()[n]] += logProbs[n];
        }
      }
    }
    return sums;
  }

  /** What the model says of a batch, and the forward passes that the graph hangs on. */
  private record Predictions(NDArray logProbs, NDArray beliefLogits, List<ForwardPass> passes) {}

  private Predictions predict(NDManager step, PackedBatch batch) {
    List<ForwardPass> passes = forward(step, batch, oneForward ? 1 : 3);
    return new Predictions(
        logProbs(step, batch, oneForward ? passes : passes.subList(1, 3)),
        passes.get(0).logits(batch.beliefRows()),
        passes);
  }

  private List<ForwardPass> forward(NDManager step, PackedBatch batch, int times) {
    return Stream.generate(() -> model.forward(step, batch.tokens(), options))
        .limit(times)
        .toList();
  }

  /**
   * Log-probabilities of labelled tokens.
   *
   * @param passes one, or one for belief segments and one for the rest
   * @return [N] float32
   */
  private NDArray logProbs(NDManager step, PackedBatch batch, List<ForwardPass> passes) {
    if (passes.size() == 1) {
      return passes.get(0).selectedLogProbs(batch.rows(), batch.targets());
    }
    int[] inBelief = places(batch, true);
    int[] others = places(batch, false);
    return objective.inOrder(
        step,
        selected(passes.get(0), batch, inBelief),
        selected(passes.get(1), batch, others),
        IntStream.concat(IntStream.of(inBelief), IntStream.of(others)).toArray());
  }

  private static int[] places(PackedBatch batch, boolean inBelief) {
    return IntStream.range(0, batch.rows().length)
        .filter(i -> (batch.inBelief()[i] == 1) == inBelief)
        .toArray();
  }

  private static NDArray selected(ForwardPass pass, PackedBatch batch, int[] labels) {
    return pass.selectedLogProbs(
        IntStream.of(labels).mapToLong(i -> batch.rows()[i]).toArray(),
        IntStream.of(labels).mapToLong(i -> batch.targets()[i]).toArray());
  }

  private ObjectiveInput input(
      NDManager step,
      Predictions predictions,
      PackedBatch batch,
      Reference reference,
      double kl,
      int examples) {
    return new ObjectiveInput(
        predictions.logProbs,
        predictions.beliefLogits,
        step.create(batch.sequence()),
        step.create(batch.inResponse()),
        step.create(batch.inBelief()),
        beliefTokens,
        target(step, batch),
        step.create(reference.of(batch)),
        step.create((float) kl),
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
