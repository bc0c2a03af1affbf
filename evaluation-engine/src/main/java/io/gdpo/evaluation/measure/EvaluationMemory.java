package io.gdpo.evaluation.measure;

import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.memory.DecoderMemory;
import io.gdpo.lm.memory.MemoryEstimate;
import io.gdpo.lm.memory.MemoryEstimate.Part;
import io.gdpo.lm.model.ComputeType;
import io.gdpo.lm.model.ForwardOptions;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The most memory that an evaluation will hold: the runtime and one model's weights in float32, and
 * whichever needs most of reading beliefs, sampling (for which the weights of products are there
 * twice) and scoring pairs, by the policy or, when that is closed, by the reference.
 */
final class EvaluationMemory {
  private EvaluationMemory() {}

  /**
   * Estimates.
   *
   * @param reference the model that rewards are measured against, if there is one
   * @param beliefs the largest batch of belief readings
   * @param pairs batches of pairs, the largest among them
   * @param rows continuations sampled at once
   * @param longestPrompt in tokens
   * @param longest prompt and sampled response together
   * @param sizes that the device wants
   */
  static MemoryEstimate estimate(
      ModelConfig policy,
      Optional<ModelConfig> reference,
      DecoderMemory.Batch beliefs,
      List<DecoderMemory.Batch> pairs,
      long rows,
      long longestPrompt,
      long longest,
      PassSizes sizes) {
    DecoderMemory decoder = decoder(policy);
    DecoderMemory.Sampling sampling = decoder.sampled(rows, longestPrompt, longest, sizes);
    return Stream.concat(
            Stream.of(
                scoring("while beliefs are read", decoder, List.of(beliefs)),
                MemoryEstimate.during("while responses are sampled")
                    .with(Part.WEIGHTS, decoder.weights())
                    .with(Part.PREPARED, sampling.prepared())
                    .with(Part.CACHE, sampling.cache())
                    .withPass(sampling.activations(), sampling.vocabulary()),
                scoring("while pairs are scored", decoder, pairs)),
            reference.stream()
                .map(r -> scoring("while the reference scores pairs", decoder(r), pairs)))
        .max(Comparator.comparingLong(MemoryEstimate::total))
        .orElseThrow();
  }

  private static DecoderMemory decoder(ModelConfig config) {
    return new DecoderMemory(config, ComputeType.FLOAT32, Optional.empty(), ForwardOptions.DEFAULT);
  }

  private static MemoryEstimate scoring(
      String moment, DecoderMemory decoder, List<DecoderMemory.Batch> batches) {
    DecoderMemory.Pass largest =
        batches.stream()
            .map(decoder::computed)
            .max(Comparator.comparingLong(DecoderMemory.Pass::total))
            .orElse(new DecoderMemory.Pass(0, 0));
    return MemoryEstimate.during(moment)
        .with(Part.WEIGHTS, decoder.weights())
        .withPass(largest.activations(), largest.vocabulary());
  }
}
