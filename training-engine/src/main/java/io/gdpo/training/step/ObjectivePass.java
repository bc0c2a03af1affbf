package io.gdpo.training.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ForwardOptions;
import io.gdpo.lm.model.ForwardPass;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.InputBuffer;
import io.gdpo.training.batch.PackedBatch;
import io.gdpo.training.objective.Objective;
import io.gdpo.training.objective.ObjectiveInput;
import io.gdpo.training.objective.ObjectiveOutcome;
import java.util.List;

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
   * @param beliefTokens token id of each belief digit, by belief class; none of data without
   *     beliefs
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
      model.readWeights();
      InputBuffer buffer = new InputBuffer();
      Labelled labelled = labelled(buffer, batch, reference);
      buffer.send(step);
      List<ForwardPass> passes = labelled.inputs.forward(step, passesOfLoss());
      int examples = batch.examples().size();
      return objective.read(objective.evaluate(step, input(step, labelled, passes, kl, examples)));
    }
  }

  /**
   * Adds the gradient of the mean loss over all examples of a step to the model's parameters, a
   * pass after the other. Everything that they read is sent to the device before the first, and
   * nothing is read back before {@link Differentiated#read}, so that the device never waits for
   * Java.
   *
   * @param kl the reference point of the whole optimizer step; 0 for losses without
   */
  public Differentiated differentiate(List<PackedBatch> batches, Reference reference, double kl) {
    int examples = batches.stream().mapToInt(batch -> batch.examples().size()).sum();
    Differentiated done = new Differentiated(objective, manager.newSubManager());
    try (Autograd.Scope recording = Autograd.gradMode(true)) {
      model.readWeights();
      InputBuffer buffer = new InputBuffer();
      List<Labelled> all =
          batches.stream().map(batch -> labelled(buffer, batch, reference)).toList();
      buffer.send(done.manager());
      for (Labelled labelled : all) {
        try (NDManager graph = done.manager().newSubManager()) {
          List<ForwardPass> passes = labelled.inputs.forward(graph, passesOfLoss());
          ObjectiveInput input = input(graph, labelled, passes, kl, examples);
          done.add(objective.differentiate(graph, input));
          passes.forEach(ForwardPass::backward);
        }
      }
      return done;
    } catch (RuntimeException | Error e) {
      done.close();
      throw e;
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
      model.readWeights();
      InputBuffer buffer = new InputBuffer();
      BatchInputs inputs = inputs(buffer, batch);
      buffer.send(step);
      List<ForwardPass> passes = inputs.forward(step, oneForward ? 1 : 2);
      float[] logProbs = inputs.logProbs(step, objective, passes).toFloatArray();
      for (int n = 0; n < logProbs.length; n++) {
        if (batch.inResponse()[n] == 1) {
          sums[(int) batch.sequence()[n]] += logProbs[n];
        }
      }
    }
    return sums;
  }

  /** A batch with all that the objective reads of it. */
  private record Labelled(BatchInputs inputs, BatchInputs.Labels labels) {}

  private Labelled labelled(InputBuffer buffer, PackedBatch batch, Reference reference) {
    BatchInputs inputs = inputs(buffer, batch);
    int classes = Math.toIntExact(beliefTokens.getShape().get(0));
    return new Labelled(
        inputs, new BatchInputs.Labels(buffer, inputs, classes, reference.of(batch)));
  }

  private BatchInputs inputs(InputBuffer buffer, PackedBatch batch) {
    return new BatchInputs(
        buffer, batch, model.inputs(buffer, batch.tokens(), options), oneForward ? 1 : 2);
  }

  /** One of all, or one for calibration, one for belief segments and one for the rest. */
  private int passesOfLoss() {
    return oneForward ? 1 : 3;
  }

  private ObjectiveInput input(
      NDManager step, Labelled labelled, List<ForwardPass> passes, double kl, int examples) {
    List<ForwardPass> ofTokens = oneForward ? passes : passes.subList(1, 3);
    return labelled.labels.with(
        step,
        labelled.inputs.logProbs(step, objective, ofTokens),
        labelled.labels.beliefLogits(passes.get(0)),
        beliefTokens,
        kl,
        examples);
  }

  @Override
  public void close() {
    manager.close();
  }
}
