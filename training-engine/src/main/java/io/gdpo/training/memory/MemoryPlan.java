package io.gdpo.training.memory;

import ai.djl.Device;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.spec.LoraSpec;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.memory.DecoderMemory;
import io.gdpo.lm.memory.MemoryEstimate;
import io.gdpo.lm.model.ComputeType;
import io.gdpo.lm.model.ForwardOptions;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.batch.BatchPacker;
import io.gdpo.training.batch.PackedBatch;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.batch.TrainingExample;
import io.gdpo.training.batch.TrainingPlan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Whether a job fits into memory, asked before its weights are read, and what to change if not:
 * every change that is suggested has been estimated to fit.
 *
 * <p>One class because a change is estimated by what estimates the job.
 */
public final class MemoryPlan {
  /** Steps whose micro-batches are laid out, of those with the most tokens. */
  private static final int STEPS = 8;

  /** Steps that are looked at; of a longer run the rest are of the same examples. */
  private static final long LOOKED_AT = 10_000;

  private static final int CHUNK = 256;
  private static final int SHORTEST = 64;

  /** Tokens below which a pass of a GPU is not made smaller unasked. */
  private static final int SMALLEST_PASS = 1_024;

  private final TrainingJob job;
  private final ModelConfig config;
  private final boolean startsFromReference;
  private final int maxLength;
  private final IntFunction<TrainingData> encoded;
  private final PassSizes sizes;
  private final boolean onGpu;

  /**
   * On a CPU, in passes of its sizes.
   *
   * @param startsFromReference whether the reference is the model that training starts from, which
   *     is not opened again below low-rank updates
   * @param maxLength longest prompt and response together, in tokens
   * @param encoded the job's data, cut to a length
   */
  public MemoryPlan(
      TrainingJob job,
      ModelConfig config,
      boolean startsFromReference,
      int maxLength,
      IntFunction<TrainingData> encoded) {
    this.job = job;
    this.config = config;
    this.startsFromReference = startsFromReference;
    this.maxLength = maxLength;
    this.encoded = encoded;
    this.sizes = sizes(job.training(), PassSizes.OF_CPU);
    this.onGpu = false;
  }

  private MemoryPlan(MemoryPlan other, PassSizes sizes) {
    this.job = other.job;
    this.config = other.config;
    this.startsFromReference = other.startsFromReference;
    this.maxLength = other.maxLength;
    this.encoded = other.encoded;
    this.sizes = sizes;
    this.onGpu = true;
  }

  /**
   * The same on a device, in passes of the sizes that it wants. Where the job does not say how many
   * tokens those have, they are halved until it fits.
   *
   * @param available bytes that there are
   */
  public MemoryPlan on(Device device, long available) {
    if (!device.isGpu()) {
      return this;
    }
    MemoryPlan plan = new MemoryPlan(this, sizes(job.training(), PassSizes.of(device)));
    while (job.training().tokensPerPass() == null
        && plan.sizes.tokens() > SMALLEST_PASS
        && plan.estimate().total() > available) {
      plan = new MemoryPlan(this, plan.sizes.ofTokens(plan.sizes.tokens() / 2));
    }
    return plan;
  }

  /** Of the job's passes. */
  public PassSizes sizes() {
    return sizes;
  }

  private static PassSizes sizes(TrainingSpec spec, PassSizes usual) {
    return spec.tokensPerPass() == null ? usual : usual.ofTokens(spec.tokensPerPass());
  }

  /** What the job will need. */
  public MemoryEstimate estimate() {
    return estimate(job.training(), encoded.apply(maxLength));
  }

  /**
   * Refuses a job that cannot fit.
   *
   * @param available bytes that there are
   * @throws TrainingFailedException with the numbers and what would fit
   */
  public void require(MemoryEstimate estimate, long available) {
    if (estimate.total() > available) {
      throw new TrainingFailedException(
          "the job needs about %s, but there are only %s. %s"
              .formatted(
                  estimate,
                  MemoryEstimate.megabytes(available),
                  suggestions("What would fit", bytes -> bytes <= available)));
    }
  }

  /** What to say of a job that did not fit after all. */
  public TrainingFailedException exhausted(MemoryEstimate estimate, Throwable cause) {
    return new TrainingFailedException(
        "memory ran out (%s). The job was estimated to need %s; other programs take theirs. %s"
            .formatted(
                OutOfMemory.account(cause),
                estimate,
                suggestions(
                    "What would need at least a tenth less",
                    bytes -> bytes <= estimate.total() * 9 / 10)),
        cause);
  }

  private String suggestions(String introduction, LongPredicate fits) {
    List<Map<String, Object>> single = single();
    List<String> fitting = new ArrayList<>();
    for (Map<String, Object> change : single) {
      fitting(change, fits).ifPresent(fitting::add);
    }
    if (fitting.isEmpty()) {
      Map<String, Object> all = new LinkedHashMap<>();
      for (Map<String, Object> change : single) {
        all.putAll(change);
        fitting(all, fits).filter(words -> fitting.isEmpty()).ifPresent(fitting::add);
      }
      if (fitting.isEmpty()) {
        return "None of %s helps enough, nor all together: take a smaller model, or a machine with more memory"
            .formatted(String.join(", ", all.keySet()));
      }
    }
    return introduction + ": " + String.join("; or ", fitting);
  }

  /** Changes, those first that cost least. */
  private List<Map<String, Object>> single() {
    TrainingSpec spec = job.training();
    int batchSize = Math.min(spec.batchSize(), encoded.apply(maxLength).train().size());
    List<Map<String, Object>> changes = new ArrayList<>();
    if (spec.vocabularyChunk() == 0 || spec.vocabularyChunk() > CHUNK) {
      changes.add(Map.of("vocabulary_chunk", CHUNK));
    }
    if (sizes.tokens() > SMALLEST_PASS) {
      changes.add(Map.of("tokens_per_pass", sizes.tokens() / 2));
    }
    for (long parts = 2L * atLeast(spec, batchSize); parts < batchSize; parts *= 2) {
      changes.add(Map.of("gradient_accumulation", parts));
    }
    if (batchSize > spec.gradientAccumulation()) {
      changes.add(Map.of("gradient_accumulation", batchSize));
    }
    if (!spec.activationRecomputation()) {
      changes.add(Map.of("activation_recomputation", true));
    }
    if (spec.lora() == null) {
      changes.add(Map.of("lora", LoraSpec.DEFAULT));
    }
    for (int length = maxLength / 2; length >= SHORTEST && isValid(length); length /= 2) {
      changes.add(Map.of("max_length", length));
    }
    return changes;
  }

  private static int atLeast(TrainingSpec spec, int batchSize) {
    return Math.max(
        spec.gradientAccumulation(),
        (batchSize + BatchPacker.TRAINED_AT_ONCE - 1) / BatchPacker.TRAINED_AT_ONCE);
  }

  private boolean isValid(int length) {
    Integer prompt = job.training().maxPromptLength();
    return prompt == null || prompt < length;
  }

  private Optional<String> fitting(Map<String, Object> changes, LongPredicate fits) {
    ObjectNode json = Json.SPECS.valueToTree(job.training());
    changes.forEach((field, value) -> json.set(field, Json.SPECS.valueToTree(value)));
    TrainingSpec changed = Json.SPECS.convertValue(json, TrainingSpec.class);
    int length = changed.maxLength() == null ? maxLength : changed.maxLength();
    long total = estimate(changed, encoded.apply(length)).total();
    return fits.test(total)
        ? Optional.of(words(changes) + " (" + MemoryEstimate.megabytes(total) + ")")
        : Optional.empty();
  }

  private static String words(Map<String, Object> changes) {
    return changes.entrySet().stream()
        .map(change -> change.getKey() + ": " + value(change.getValue()))
        .collect(Collectors.joining(", "));
  }

  /** As YAML has it. */
  private static String value(Object value) {
    return value instanceof LoraSpec ? "{}" : value.toString();
  }

  private MemoryEstimate estimate(TrainingSpec spec, TrainingData data) {
    DecoderMemory decoder =
        new DecoderMemory(
            config,
            ComputeType.ofLabel(spec.computeDtype().label()),
            Optional.ofNullable(spec.lora())
                .map(
                    l ->
                        new LoraConfig(
                            l.rank(), l.alpha(), Optional.ofNullable(l.targetModules()))),
            new ForwardOptions(
                spec.activationRecomputation(),
                spec.vocabularyChunk(),
                ForwardOptions.VocabularyRows.ASKED));
    Loss loss = spec.loss();
    BatchPacker packer =
        new BatchPacker(
            loss, spec.imitatesClose(), spec.levers(), config.width(), sizes(spec, sizes));
    List<PackedBatch> evaluated = new ArrayList<>(longest(packer, data.eval()));
    if (loss.needs(Loss.Need.REFERENCE)) {
      evaluated.addAll(longest(packer, data.train()));
    }
    boolean secondModel =
        loss.needs(Loss.Need.REFERENCE) && (spec.lora() == null || !startsFromReference);
    MemoryEstimate estimate =
        TrainingMemory.estimate(spec, decoder, largest(spec, packer, data), evaluated, secondModel);
    return onGpu ? estimate.onGpu() : estimate;
  }

  /** Batches of the examples with the most tokens, as evaluation lays them out. */
  private List<PackedBatch> longest(BatchPacker packer, List<TrainingExample> split) {
    List<TrainingExample> longestFirst =
        split.stream().sorted(Comparator.comparingInt(packer::length).reversed()).toList();
    int most = BatchPacker.EVALUATED_AT_ONCE;
    int tokens = 0;
    while (tokens < sizes.tokens() && most < longestFirst.size()) {
      tokens += packer.length(longestFirst.get(most++));
    }
    return packer.evaluationBatches(longestFirst.subList(0, Math.min(most, longestFirst.size())));
  }

  /** Micro-batches of the steps with the most tokens. */
  private List<PackedBatch> largest(TrainingSpec spec, BatchPacker packer, TrainingData data) {
    TrainingPlan plan = TrainingPlan.of(spec, job.dataSeed(), data.train());
    int[] lengths = data.train().stream().mapToInt(packer::length).toArray();
    record Step(long number, long tokens) {}

    return LongStream.rangeClosed(1, Math.min(LOOKED_AT, plan.totalSteps()))
        .mapToObj(
            step -> {
              long tokens = 0;
              for (int example : plan.batch(step)) {
                tokens += lengths[example];
              }
              return new Step(step, tokens);
            })
        .sorted(Comparator.comparingLong(Step::tokens).reversed())
        .limit(STEPS)
        .flatMap(
            step ->
                packer
                    .microBatches(
                        plan.batch(step.number, data.train()), spec.gradientAccumulation())
                    .stream())
        .toList();
  }
}
