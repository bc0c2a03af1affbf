package io.gdpo.training.memory;

import io.gdpo.contracts.spec.Levers;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.lm.memory.DecoderMemory;
import io.gdpo.lm.memory.MemoryEstimate;
import io.gdpo.lm.memory.MemoryEstimate.Part;
import io.gdpo.training.batch.BatchPacker;
import io.gdpo.training.batch.PackedBatch;
import io.gdpo.training.step.OptimizerSpec;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The most memory that a training job will hold. Always there: the runtime, and the model's weights
 * in float32. Then, whatever is largest of
 *
 * <ul>
 *   <li>while reference log-probabilities are computed: the reference model's weights, where it is
 *       another model than what stands below low-rank updates, and a pass over {@link
 *       BatchPacker#EVALUATED_AT_ONCE} examples without a way back;
 *   <li>in a step: a gradient for each trained weight, the optimizer's state (two more for AdamW,
 *       one for RMSprop), and what the largest micro-batch of the plan holds on its way back
 *       ({@link DecoderMemory#differentiated}), three times over where each part of the loss has a
 *       forward pass of its own;
 *   <li>in evaluation: the same with a pass over the eval split in the micro-batch's place.
 * </ul>
 */
final class TrainingMemory {
  private static final String REFERENCE = "while reference log-probabilities are computed";
  private static final String STEP = "on the way back of a training step";
  private static final String EVALUATION = "in evaluation";

  private TrainingMemory() {}

  /**
   * Estimates.
   *
   * @param decoder the policy
   * @param trained micro-batches, the largest among them
   * @param evaluated batches of evaluation and of the reference pass, the largest among them
   * @param secondModel whether the reference is a model of its own
   */
  static MemoryEstimate estimate(
      TrainingSpec spec,
      DecoderMemory decoder,
      Collection<PackedBatch> trained,
      Collection<PackedBatch> evaluated,
      boolean secondModel) {
    Levers levers = spec.levers();
    long base = decoder.weights() - (spec.lora() == null ? 0 : decoder.trained());
    long reference = secondModel ? base : 0;
    long live = levers.cachedReference() ? 0 : reference;
    long gradients = decoder.trained();
    long state = OptimizerSpec.of(spec).stateNames().size() * decoder.trained();
    DecoderMemory.Pass step =
        largest(trained.stream().map(b -> decoder.differentiated(size(b, levers))));
    DecoderMemory.Pass evaluation =
        largest(evaluated.stream().map(b -> decoder.computed(size(b, levers))));
    return Stream.of(
            during(REFERENCE, decoder, 0, 0, reference, evaluation),
            during(EVALUATION, decoder, gradients, state, live, evaluation),
            during(STEP, decoder, gradients, state, live, inParts(step, levers)))
        .max(Comparator.comparingLong(MemoryEstimate::total))
        .orElseThrow();
  }

  private static MemoryEstimate during(
      String moment,
      DecoderMemory decoder,
      long gradients,
      long state,
      long reference,
      DecoderMemory.Pass pass) {
    return MemoryEstimate.during(moment)
        .with(Part.WEIGHTS, decoder.weights())
        .with(Part.GRADIENTS, gradients)
        .with(Part.OPTIMIZER_STATE, state)
        .with(Part.REFERENCE, reference)
        .withPass(pass.activations(), pass.vocabulary());
  }

  /** A part of the loss has a pass, and asks for a part of the places, unless all are projected. */
  private static DecoderMemory.Pass inParts(DecoderMemory.Pass pass, Levers levers) {
    return levers.oneForward()
        ? pass
        : new DecoderMemory.Pass(
            3 * pass.activations(), (levers.selectedRows() ? 1 : 3) * pass.vocabulary());
  }

  private static DecoderMemory.Pass largest(Stream<DecoderMemory.Pass> passes) {
    return passes
        .max(Comparator.comparingLong(DecoderMemory.Pass::total))
        .orElse(new DecoderMemory.Pass(0, 0));
  }

  /** Equal pairs of a place and a token are computed once. */
  private static DecoderMemory.Batch size(PackedBatch batch, Levers levers) {
    record Pair(long row, long target) {}

    Set<Pair> asked = new HashSet<>();
    Set<Long> rows = new HashSet<>();
    for (int i = 0; i < batch.rows().length; i++) {
      asked.add(new Pair(batch.rows()[i], batch.targets()[i]));
      rows.add(batch.rows()[i]);
    }
    int places = batch.tokens().rows() * batch.tokens().length();
    return new DecoderMemory.Batch(
        batch.tokens().rows(),
        batch.tokens().length(),
        asked.size() + (levers.selectedRows() ? 0 : places - rows.size()),
        levers.selectedRows() ? batch.beliefRows().length : places);
  }
}
