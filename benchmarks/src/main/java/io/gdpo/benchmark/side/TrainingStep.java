package io.gdpo.benchmark.side;

import ai.djl.Device;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ComputeType;
import io.gdpo.lm.model.Devices;
import io.gdpo.training.batch.BatchPacker;
import io.gdpo.training.batch.MismatchedExamples;
import io.gdpo.training.batch.PackedBatch;
import io.gdpo.training.batch.StepBatches;
import io.gdpo.training.batch.TrainingExample;
import io.gdpo.training.step.KlEstimate;
import io.gdpo.training.step.LiveReference;
import io.gdpo.training.step.ObjectivePass;
import io.gdpo.training.step.Optimizer;
import io.gdpo.training.step.OptimizerSpec;
import io.gdpo.training.step.Reference;
import io.gdpo.training.step.ReferenceLogProbs;
import io.gdpo.training.step.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A training job's optimizer steps without the job around them, for those who measure them: the
 * packing, forward and backward passes, clipping and update are those of a job ({@link Step}), and
 * so are the levers' switches. Examples are visited in their order, a batch a step, again and
 * again; the learning rate is constant.
 *
 * <p>Reference log-probabilities are computed when it is opened and the reference model is freed,
 * unless the lever {@code cached_reference} is off. Owns its models. One thread at a time, with
 * gradient mode off.
 */
public final class TrainingStep implements AutoCloseable {
  private final int batchSize;
  private final List<TrainingExample> examples;
  private final CausalLanguageModel model;
  private final ObjectivePass pass;
  private final Optimizer optimizer;
  private final Reference reference;
  private final Step step;
  private final StepBatches batches;

  /**
   * What a step computed.
   *
   * @param loss mean over the step's examples
   * @param gradientNorm global norm before clipping
   * @param places token places that the policy was run over, padding included
   * @param longestRow places of the longest row
   * @param projected places that were projected to the vocabulary, at most
   */
  public record Outcome(
      double loss, double gradientNorm, long places, int longestRow, long projected) {}

  private TrainingStep(
      TrainingSpec spec,
      List<TrainingExample> examples,
      BatchPacker packer,
      CausalLanguageModel model,
      ObjectivePass pass,
      Reference reference,
      KlEstimate kl) {
    this.batchSize = spec.batchSize();
    this.examples = examples;
    this.model = model;
    this.pass = pass;
    this.reference = reference;
    this.optimizer =
        new Optimizer(
            OptimizerSpec.of(spec), model.trainable().byName(), model.parameters().manager());
    this.step = new Step(pass, optimizer, packer, spec.gradientAccumulation(), reference, kl);
    this.batches = new StepBatches(this::laidOut, Long.MAX_VALUE, spec.levers().prefetch());
    model.trainable().requiresGrad(true);
    optimizer.allocateGradients();
  }

  /**
   * Loads models and computes what a job computes before its first step.
   *
   * @param model folder of the policy's weights
   * @param reference folder of the reference model's
   * @param examples numbered by their place in this list
   * @param beliefTokens token id of each belief digit, by belief class
   */
  public static TrainingStep open(
      TrainingSpec spec,
      Path model,
      Path reference,
      List<TrainingExample> examples,
      long[] beliefTokens)
      throws IOException {
    if (spec.lora() != null) {
      throw new IllegalArgumentException("steps of low-rank updates are not measured; omit lora");
    }
    Loss loss = spec.loss();
    CausalLanguageModel policy = load(model, spec);
    BatchPacker packer =
        new BatchPacker(
            loss,
            spec.imitatesClose(),
            spec.levers(),
            policy.config().width(),
            sizes(spec, policy.parameters().manager().getDevice()));
    ObjectivePass pass = new ObjectivePass(policy, beliefTokens, spec);
    List<TrainingExample> mismatched =
        loss.needs(Loss.Need.KL)
            ? MismatchedExamples.of(examples, policy.config().positions())
            : List.of();
    References references = references(spec, reference, examples, mismatched, beliefTokens, packer);
    KlEstimate kl = new KlEstimate(pass, references.mismatched, packer.chosenOnly(), mismatched);
    return new TrainingStep(spec, examples, packer, policy, pass, references.examples, kl);
  }

  /** The reference of the examples and of the mismatched ones; where it is live, the same. */
  private record References(Reference examples, Reference mismatched) {}

  private static References references(
      TrainingSpec spec,
      Path folder,
      List<TrainingExample> examples,
      List<TrainingExample> mismatched,
      long[] beliefTokens,
      BatchPacker packer)
      throws IOException {
    if (!spec.loss().needs(Loss.Need.REFERENCE)) {
      Reference none = Reference.without(spec.loss());
      return new References(none, none);
    }
    CausalLanguageModel model = load(folder, spec);
    ObjectivePass pass = new ObjectivePass(model, beliefTokens, spec);
    LiveReference live = new LiveReference(model, pass);
    if (!spec.levers().cachedReference()) {
      return new References(live, live);
    }
    try (live) {
      return new References(
          ReferenceLogProbs.compute(pass, packer.evaluationBatches(examples)),
          ReferenceLogProbs.compute(pass, packer.chosenOnly().evaluationBatches(mismatched)));
    }
  }

  private static PassSizes sizes(TrainingSpec spec, Device device) {
    PassSizes usual = PassSizes.of(device);
    return spec.tokensPerPass() == null ? usual : usual.ofTokens(spec.tokensPerPass());
  }

  private static CausalLanguageModel load(Path folder, TrainingSpec spec) throws IOException {
    CausalLanguageModel model = CausalLanguageModel.load(folder, Devices.choose(spec.device()));
    model.computeIn(ComputeType.ofLabel(spec.computeDtype().label()));
    return model;
  }

  private StepBatches.LaidOut laidOut(long number) {
    int stepsOfAll = (examples.size() + batchSize - 1) / batchSize;
    int from = (int) ((number - 1) % stepsOfAll) * batchSize;
    return step.layOut(examples.subList(from, Math.min(from + batchSize, examples.size())));
  }

  /**
   * Makes a step.
   *
   * @param number counts from 1
   * @param learningRate of this step; 0 changes the optimizer's state, but no weight
   */
  public Outcome make(long number, double learningRate) {
    Step.Taken taken = step.take(batches.of(number), learningRate);
    long places = 0;
    long projected = 0;
    int longestRow = 0;
    for (PackedBatch batch : taken.mismatched()) {
      places += batch.tokens().tokens().length;
    }
    for (PackedBatch batch : taken.batches()) {
      places += batch.tokens().tokens().length;
      projected += batch.rows().length + batch.beliefRows().length;
      longestRow = Math.max(longestRow, batch.tokens().length());
    }
    return new Outcome(taken.loss(), taken.gradientNorm(), places, longestRow, projected);
  }

  @Override
  public void close() {
    batches.close();
    optimizer.close();
    pass.close();
    if (reference instanceof LiveReference live) {
      live.close();
    }
    model.close();
  }
}
