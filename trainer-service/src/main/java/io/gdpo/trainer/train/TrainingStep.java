package io.gdpo.trainer.train;

import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.lm.CausalLanguageModel;
import io.gdpo.lm.ComputeType;
import io.gdpo.lm.Devices;
import io.gdpo.trainer.objective.Objective;
import io.gdpo.trainer.objective.ObjectiveOutcome;
import io.gdpo.trainer.objective.ObjectiveOutcome.Column;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A training job's optimizer steps without the job around them, for those who measure them: the
 * packing, forward and backward passes, clipping and update are those of a {@link TrainCommand},
 * and so are the levers' switches. Examples are visited in their order, a batch a step, again and
 * again; the learning rate is constant.
 *
 * <p>Reference log-probabilities are computed when it is opened and the reference model is freed,
 * unless the lever {@code cached_reference} is off. Owns its models. One thread at a time, with
 * gradient mode off.
 */
public final class TrainingStep implements AutoCloseable {
  private final TrainingSpec spec;
  private final List<TrainingExample> examples;
  private final BatchPacker packer;
  private final CausalLanguageModel model;
  private final ObjectivePass pass;
  private final Optimizer optimizer;
  private final Reference reference;
  private final KlEstimate kl;
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
    this.spec = spec;
    this.examples = examples;
    this.packer = packer;
    this.model = model;
    this.pass = pass;
    this.reference = reference;
    this.kl = kl;
    this.optimizer =
        new Optimizer(
            OptimizerSpec.of(spec), model.trainable().byName(), model.parameters().manager());
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
    Objective objective = Objective.of(spec);
    CausalLanguageModel policy = load(model, spec);
    BatchPacker packer =
        new BatchPacker(
            objective.loss(),
            spec.imitationIncludesClose(),
            spec.levers(),
            policy.config().width());
    ObjectivePass pass = new ObjectivePass(policy, objective, beliefTokens, spec);
    List<TrainingExample> mismatched =
        objective.loss().hasReferencePoint()
            ? MismatchedExamples.of(examples, policy.config().positions())
            : List.of();
    References references =
        references(spec, objective, reference, examples, mismatched, beliefTokens, packer);
    KlEstimate kl =
        new KlEstimate(
            pass,
            references.mismatched,
            packer.chosenOnly(),
            mismatched,
            TrainingRun.EVALUATED_AT_ONCE);
    return new TrainingStep(spec, examples, packer, policy, pass, references.examples, kl);
  }

  /** The reference of the examples and of the mismatched ones; where it is live, the same. */
  private record References(Reference examples, Reference mismatched) {}

  private static References references(
      TrainingSpec spec,
      Objective objective,
      Path folder,
      List<TrainingExample> examples,
      List<TrainingExample> mismatched,
      long[] beliefTokens,
      BatchPacker packer)
      throws IOException {
    if (!objective.loss().isPreference()) {
      return new References(Reference.NONE, Reference.NONE);
    }
    CausalLanguageModel model = load(folder, spec);
    ObjectivePass pass = new ObjectivePass(model, objective, beliefTokens, spec);
    LiveReference live = new LiveReference(model, pass);
    if (!spec.levers().cachedReference()) {
      return new References(live, live);
    }
    try (live) {
      int parts = (examples.size() + spec.batchSize() - 1) / spec.batchSize();
      return new References(
          ReferenceLogProbs.compute(pass, packer.pack(examples, parts)),
          ReferenceLogProbs.compute(pass, packer.chosenOnly().pack(mismatched, parts)));
    }
  }

  private static CausalLanguageModel load(Path folder, TrainingSpec spec) throws IOException {
    CausalLanguageModel model = CausalLanguageModel.load(folder, Devices.choose(spec.device()));
    model.computeIn(ComputeType.ofLabel(spec.computeDtype()));
    return model;
  }

  private StepBatches.LaidOut laidOut(long step) {
    int stepsOfAll = (examples.size() + spec.batchSize() - 1) / spec.batchSize();
    int from = (int) ((step - 1) % stepsOfAll) * spec.batchSize();
    List<TrainingExample> batch =
        examples.subList(from, Math.min(from + spec.batchSize(), examples.size()));
    int parts = (batch.size() + TrainingRun.TRAINED_AT_ONCE - 1) / TrainingRun.TRAINED_AT_ONCE;
    return new StepBatches.LaidOut(
        packer.pack(batch, Math.max(spec.gradientAccumulation(), parts)), kl.layOut(batch));
  }

  /**
   * Makes a step.
   *
   * @param step counts from 1
   * @param learningRate of this step; 0 changes the optimizer's state, but no weight
   */
  public Outcome make(long step, double learningRate) {
    StepBatches.LaidOut laidOut = batches.of(step);
    int count = laidOut.batches().stream().mapToInt(batch -> batch.examples().size()).sum();
    double loss = 0;
    long places = 0;
    long projected = 0;
    int longestRow = 0;
    double referencePoint = kl.of(laidOut.mismatched());
    for (PackedBatch batch : laidOut.mismatched()) {
      places += batch.tokens().tokens().length;
    }
    for (PackedBatch batch : laidOut.batches()) {
      ObjectiveOutcome outcome = pass.differentiate(batch, reference, referencePoint, count);
      for (int i = 0; i < outcome.examples(); i++) {
        loss += outcome.value(i, Column.LOSS) / count;
      }
      places += batch.tokens().tokens().length;
      projected += batch.rows().length + batch.beliefRows().length;
      longestRow = Math.max(longestRow, batch.tokens().length());
    }
    return new Outcome(loss, optimizer.step(learningRate), places, longestRow, projected);
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
