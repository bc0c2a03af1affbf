package io.gdpo.trainer.train;

import io.gdpo.contracts.spec.Levers;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.lm.DecoderMemory;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The most memory that a training job will hold, told before it starts, and what it is made of. In
 * bytes, at the one moment of a job's life that needs most.
 *
 * <p>Always there: the runtime, and the model's weights in float32. Then, whatever is largest of
 *
 * <ul>
 *   <li>{@link Moment#REFERENCE}: the reference model's weights, where it is another model than
 *       what stands below low-rank updates, and a pass over {@link TrainingRun#EVALUATED_AT_ONCE}
 *       examples without a way back;
 *   <li>{@link Moment#STEP}: a gradient for each trained weight, the optimizer's state (two more
 *       for AdamW, one for RMSprop), and what the largest micro-batch of the plan holds on its way
 *       back ({@link DecoderMemory#differentiated}), three times over where each part of the loss
 *       has a forward pass of its own;
 *   <li>{@link Moment#EVALUATION}: the same with a pass over the eval split in the micro-batch's
 *       place.
 * </ul>
 *
 * @param moment when
 * @param weights of the policy, float32
 * @param gradients of what is trained
 * @param optimizerState of what is trained
 * @param reference the reference model's weights, if it is open then
 * @param activations and attention masks
 * @param vocabulary logits and what is computed from them, gradients of the embeddings
 * @param allocator what glibc's allocator keeps of blocks that were freed, between those that live
 * @param runtime Java, libtorch and its kernels' buffers
 */
record MemoryEstimate(
    Moment moment,
    long weights,
    long gradients,
    long optimizerState,
    long reference,
    long activations,
    long vocabulary,
    long allocator,
    long runtime) {
  private static final long MEGABYTE = 1 << 20;

  /** What a process holds whose model is tiny, with a Java heap of at most 1 GB; measured. */
  static final long RUNTIME = 420 * MEGABYTE;

  /**
   * Blocks of a pass come and go in many sizes, and what lies free between them stays resident: a
   * fifth of them, on average of the shapes in docs/reference/memory.md.
   */
  private static final double FRAGMENTATION = 0.2;

  /** When a job needs most. */
  enum Moment {
    REFERENCE("while reference log-probabilities are computed"),
    STEP("on the way back of a training step"),
    EVALUATION("in evaluation");

    private final String words;

    Moment(String words) {
      this.words = words;
    }
  }

  /** All of it. */
  long total() {
    return weights
        + gradients
        + optimizerState
        + reference
        + activations
        + vocabulary
        + allocator
        + runtime;
  }

  /**
   * Estimates.
   *
   * @param decoder the policy
   * @param trained micro-batches, the largest among them
   * @param evaluated batches of evaluation and of the reference pass, the largest among them
   * @param secondModel whether the reference is a model of its own
   */
  static MemoryEstimate of(
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
            during(Moment.REFERENCE, decoder, 0, 0, reference, evaluation),
            during(Moment.EVALUATION, decoder, gradients, state, live, evaluation),
            during(Moment.STEP, decoder, gradients, state, live, inParts(step, levers)))
        .max(Comparator.comparingLong(MemoryEstimate::total))
        .orElseThrow();
  }

  private static MemoryEstimate during(
      Moment moment,
      DecoderMemory decoder,
      long gradients,
      long state,
      long reference,
      DecoderMemory.Pass pass) {
    return new MemoryEstimate(
        moment,
        decoder.weights(),
        gradients,
        state,
        reference,
        pass.activations(),
        pass.vocabulary(),
        (long) (FRAGMENTATION * pass.total()),
        RUNTIME);
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

  /** A number of bytes for people. */
  static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%,d MB", Math.round((double) bytes / MEGABYTE));
  }

  /** The total and its parts. */
  @Override
  public String toString() {
    record Part(String name, long bytes) {}

    return megabytes(total())
        + " "
        + moment.words
        + " ("
        + Stream.of(
                new Part("weights", weights),
                new Part("gradients", gradients),
                new Part("optimizer state", optimizerState),
                new Part("reference model", reference),
                new Part("activations", activations),
                new Part("vocabulary", vocabulary),
                new Part("allocator", allocator),
                new Part("runtime", runtime))
            .filter(part -> part.bytes > 0)
            .map(part -> part.name + " " + megabytes(part.bytes))
            .collect(Collectors.joining(", "))
        + ")";
  }
}
