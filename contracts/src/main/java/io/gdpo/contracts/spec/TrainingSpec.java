package io.gdpo.contracts.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.Choice;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything a training job needs to know besides its data and its starting weights. Absent fields
 * take the defaults below, those of {@link LossSetting} only where the loss reads them: a loss
 * carries no other's settings. Names follow Hugging Face's trainers where they have one.
 *
 * @param loss what the model is asked to become
 * @param beta temperature of the preference term, and of the rewards that evaluations measure (0.1)
 * @param labelSmoothing probability that a preference label is flipped (conservative DPO; 0)
 * @param referenceFree take the reference's log-probabilities as 0
 * @param calibrationWeight weight of GDPO's calibration term (1)
 * @param imitationWeight weight of GDPO's belief imitation term (1)
 * @param preferenceWeight weight of GDPO's preference term, belief-dpo or KTO (1)
 * @param desirableWeight weight of a chosen response in KTO (1)
 * @param undesirableWeight weight of a rejected response in KTO (1)
 * @param sftWeight weight of the chosen response's mean negative log-probability beside a
 *     preference loss (0)
 * @param lengthNormalized whether a preference loss takes means of a response's token
 *     log-probabilities instead of their sums (false)
 * @param referenceBeta what {@code spl} multiplies the reference's log-ratio by (0.1)
 * @param targetMargin by how much {@code simpo} wants the chosen response's reward above the
 *     rejected one's (0.5)
 * @param calibrationSupport {@code vocabulary} (softmax over the whole vocabulary, default) or
 *     {@code beliefs} (renormalised over the belief tokens)
 * @param imitationIncludesClose whether imitation covers the belief segment's closing {@code >}
 *     (true; false for parity with the reference implementation)
 * @param targets SFT targets: {@code all} accepted responses (default) or {@code last-per-prompt}
 * @param optimizer {@code adamw} (default) or {@code rmsprop}
 * @param learningRate peak learning rate
 * @param schedule what follows the warm-up: {@code linear} decay (default) or {@code cosine} decay
 *     to {@code finalLearningRateRatio}, or {@code constant}
 * @param finalLearningRateRatio learning rate at the last step over the peak (0.1); not used by
 *     {@code constant}
 * @param warmupSteps optimizer steps of linear warm-up (20)
 * @param weightDecay decoupled weight decay (0)
 * @param adamBeta1 (0.9)
 * @param adamBeta2 (0.95)
 * @param batchSize examples of an optimizer step (32), gradient accumulation included
 * @param gradientAccumulation micro-batches an optimizer step is split into (1)
 * @param examplesPerPrompt examples of one prompt that are kept together when an epoch is shuffled
 *     (4), so that a step computes their prompt once; 1 shuffles every example on its own
 * @param maxGradNorm global gradient norm clip (10)
 * @param epochs passes over the training split
 * @param evalEvery training examples between evaluations; once an epoch if absent
 * @param checkpointEvery optimizer steps between resumable checkpoints; at each evaluation if
 *     absent
 * @param keep resumable checkpoints of a job that stay besides the latest (1), and besides its best
 *     and its last model, which always stay
 * @param selectBy metric of the eval split that the best checkpoint is chosen by ({@code loss})
 * @param selectDirection {@code min} (default) or {@code max}
 * @param earlyStopPatience evaluations without gain before training stops; never if absent
 * @param maxLength longest prompt and response together, in tokens; the model's positions if absent
 * @param maxPromptLength longest prompt, in tokens; {@code maxLength} less 64 if absent
 * @param device {@code auto} (default: the first GPU if there is one), {@code cpu} or {@code
 *     cuda:N}
 * @param computeDtype number format of matrix products and attention: {@code float32} (default) or
 *     {@code bfloat16}; weights, optimizer state and losses stay float32
 * @param activationRecomputation compute each block again on the way back instead of keeping its
 *     activations (false): a third more time, memory for one block instead of all
 * @param vocabularyChunk places whose logits are held at once; 0 (default) for all
 * @param tokensPerPass about how many tokens a pass through the model has; if absent, 16 examples
 *     on a CPU, and on a GPU 16,384 tokens or what its memory allows
 * @param lora trains low-rank updates of a frozen model instead of its weights; absent for all
 *     weights
 * @param levers what makes a step fast; all on by default
 * @param seed of data order; the experiment's seed if absent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingSpec(
    Loss loss,
    Double beta,
    Double labelSmoothing,
    Boolean referenceFree,
    Double calibrationWeight,
    Double imitationWeight,
    Double preferenceWeight,
    Double desirableWeight,
    Double undesirableWeight,
    Double sftWeight,
    Boolean lengthNormalized,
    Double referenceBeta,
    Double targetMargin,
    CalibrationSupport calibrationSupport,
    Boolean imitationIncludesClose,
    SftTargets targets,
    OptimizerRule optimizer,
    Double learningRate,
    Schedule schedule,
    Double finalLearningRateRatio,
    Integer warmupSteps,
    Double weightDecay,
    Double adamBeta1,
    Double adamBeta2,
    Integer batchSize,
    Integer gradientAccumulation,
    Integer examplesPerPrompt,
    Double maxGradNorm,
    Double epochs,
    Long evalEvery,
    Long checkpointEvery,
    Integer keep,
    String selectBy,
    SelectDirection selectDirection,
    Integer earlyStopPatience,
    Integer maxLength,
    Integer maxPromptLength,
    String device,
    ComputeDtype computeDtype,
    Boolean activationRecomputation,
    Integer vocabularyChunk,
    Integer tokensPerPass,
    LoraSpec lora,
    Levers levers,
    Long seed) {
  /** Far above any dataset, and far below what overflows. */
  private static final int MOST_EXAMPLES = 1_000_000;

  private static final int MOST_EPOCHS = 1_000_000;

  /** Smaller passes are all padding and waiting; larger ones no memory holds. */
  private static final int LEAST_TOKENS = 64;

  private static final int MOST_TOKENS = 1 << 24;

  public TrainingSpec {
    beta = or(beta, 0.1);
    labelSmoothing = LossSetting.LABEL_SMOOTHING.of(loss, labelSmoothing);
    referenceFree = LossSetting.REFERENCE_FREE.of(loss, referenceFree);
    calibrationWeight = LossSetting.CALIBRATION_WEIGHT.of(loss, calibrationWeight);
    imitationWeight = LossSetting.IMITATION_WEIGHT.of(loss, imitationWeight);
    preferenceWeight = LossSetting.PREFERENCE_WEIGHT.of(loss, preferenceWeight);
    desirableWeight = LossSetting.DESIRABLE_WEIGHT.of(loss, desirableWeight);
    undesirableWeight = LossSetting.UNDESIRABLE_WEIGHT.of(loss, undesirableWeight);
    sftWeight = LossSetting.SFT_WEIGHT.of(loss, sftWeight);
    lengthNormalized = LossSetting.LENGTH_NORMALIZED.of(loss, lengthNormalized);
    referenceBeta = LossSetting.REFERENCE_BETA.of(loss, referenceBeta);
    targetMargin = LossSetting.TARGET_MARGIN.of(loss, targetMargin);
    calibrationSupport = LossSetting.CALIBRATION_SUPPORT.of(loss, calibrationSupport);
    imitationIncludesClose = LossSetting.IMITATION_INCLUDES_CLOSE.of(loss, imitationIncludesClose);
    targets = LossSetting.TARGETS.of(loss, targets);
    optimizer = or(optimizer, OptimizerRule.ADAMW);
    learningRate = or(learningRate, 5e-7);
    schedule = or(schedule, Schedule.LINEAR);
    finalLearningRateRatio = or(finalLearningRateRatio, 0.1);
    warmupSteps = or(warmupSteps, 20);
    weightDecay = or(weightDecay, 0.0);
    adamBeta1 = or(adamBeta1, 0.9);
    adamBeta2 = or(adamBeta2, 0.95);
    batchSize = or(batchSize, 32);
    gradientAccumulation = or(gradientAccumulation, 1);
    examplesPerPrompt = or(examplesPerPrompt, 4);
    maxGradNorm = or(maxGradNorm, 10.0);
    epochs = or(epochs, 1.0);
    keep = or(keep, 1);
    selectBy = or(selectBy, "loss");
    selectDirection = or(selectDirection, SelectDirection.MIN);
    device = or(device, "auto");
    computeDtype = or(computeDtype, ComputeDtype.FLOAT32);
    activationRecomputation = or(activationRecomputation, false);
    vocabularyChunk = or(vocabularyChunk, 0);
    levers = or(levers, Levers.ALL);
  }

  /** A setting that is not the default, and would be ignored, is somebody's mistake. */
  private void requireRead(FieldChecks check, LossSetting setting, Object value) {
    if (loss != null && value != null && !loss.reads(setting)) {
      check.add(
          setting.field(),
          "means nothing to "
              + loss.label()
              + "; it is read by "
              + Stream.of(Loss.values())
                  .filter(other -> other.reads(setting))
                  .map(Loss::label)
                  .collect(Collectors.joining(", ")));
    }
  }

  private static <T> T or(T value, T fallback) {
    return value == null ? fallback : value;
  }

  /**
   * Whether imitation covers the belief segment's closing {@code >}; it is measured under losses
   * that do not imitate, too.
   */
  public boolean imitatesClose() {
    return imitationIncludesClose == null || imitationIncludesClose;
  }

  /** The problems of this specification, with field paths below {@code path}; empty if none. */
  public List<SpecProblem> problems(String path) {
    FieldChecks check = new FieldChecks(path);
    if (loss == null) {
      check.add("loss", "is missing; the losses are " + Choice.labels(Loss.values()));
    }
    check.that("beta", beta, v -> v > 0, "must be greater than 0");
    check.that(
        "label_smoothing",
        labelSmoothing,
        v -> v >= 0 && v < 0.5,
        "must be at least 0 and below 0.5");
    check.that("calibration_weight", calibrationWeight, v -> v >= 0, "must not be negative");
    check.that("imitation_weight", imitationWeight, v -> v >= 0, "must not be negative");
    check.that("preference_weight", preferenceWeight, v -> v >= 0, "must not be negative");
    check.that("desirable_weight", desirableWeight, v -> v >= 0, "must not be negative");
    check.that("undesirable_weight", undesirableWeight, v -> v >= 0, "must not be negative");
    check.that("sft_weight", sftWeight, v -> v >= 0, "must not be negative");
    check.that("reference_beta", referenceBeta, v -> v >= 0, "must not be negative");
    check.that("target_margin", targetMargin, v -> v >= 0, "must not be negative");
    if (loss != null && loss.needs(Loss.Need.KL)) {
      check.that(
          "reference_free",
          referenceFree,
          free -> !free,
          "must be false for "
              + loss.label()
              + ", which measures responses against the reference model");
      check.that(
          "label_smoothing",
          labelSmoothing,
          v -> v == 0,
          "must be 0 for "
              + loss.label()
              + ", whose labels desirable_weight and undesirable_weight weigh");
    }
    if (loss == Loss.IPO) {
      check.that(
          "label_smoothing",
          labelSmoothing,
          v -> v == 0,
          "must be 0 for ipo, whose loss is the distance from a margin");
    }
    requireRead(check, LossSetting.SFT_WEIGHT, sftWeight);
    requireRead(check, LossSetting.LENGTH_NORMALIZED, lengthNormalized);
    requireRead(check, LossSetting.REFERENCE_BETA, referenceBeta);
    requireRead(check, LossSetting.TARGET_MARGIN, targetMargin);
    if (loss != null && loss.needs(Loss.Need.PAIRS) && loss != Loss.IPO) {
      requireRead(check, LossSetting.LABEL_SMOOTHING, labelSmoothing);
      requireRead(check, LossSetting.REFERENCE_FREE, referenceFree);
    }
    check.name("select_by", selectBy);
    check.that("learning_rate", learningRate, v -> v > 0, "must be greater than 0");
    check.that(
        "final_learning_rate_ratio",
        finalLearningRateRatio,
        v -> v >= 0 && v <= 1,
        "must lie within 0 and 1");
    check.within("warmup_steps", warmupSteps, 0, Integer.MAX_VALUE);
    check.that("weight_decay", weightDecay, v -> v >= 0, "must not be negative");
    check.that("adam_beta1", adamBeta1, v -> v >= 0 && v < 1, "must be at least 0 and below 1");
    check.that("adam_beta2", adamBeta2, v -> v >= 0 && v < 1, "must be at least 0 and below 1");
    check.within("batch_size", batchSize, 1, MOST_EXAMPLES);
    check.that(
        "gradient_accumulation",
        gradientAccumulation,
        v -> v >= 1 && v <= batchSize,
        "must be at least 1 and at most batch_size");
    check.within("examples_per_prompt", examplesPerPrompt, 1, MOST_EXAMPLES);
    check.that("max_grad_norm", maxGradNorm, v -> v > 0, "must be greater than 0");
    check.that(
        "epochs",
        epochs,
        v -> v > 0 && v <= MOST_EPOCHS,
        "must be greater than 0 and at most " + MOST_EPOCHS);
    check.within("eval_every", evalEvery, 1, Long.MAX_VALUE);
    check.within("checkpoint_every", checkpointEvery, 1, Long.MAX_VALUE);
    check.within("keep", keep, 0, Integer.MAX_VALUE);
    check.within("early_stop_patience", earlyStopPatience, 1, Integer.MAX_VALUE);
    check.within("max_length", maxLength, 2, ModelSpec.MOST_POSITIONS);
    check.within("max_prompt_length", maxPromptLength, 1, ModelSpec.MOST_POSITIONS);
    if (maxLength != null && maxPromptLength != null && maxPromptLength >= maxLength) {
      check.add(
          "max_prompt_length",
          "must be below max_length (" + maxLength + "), is " + maxPromptLength);
    }
    check.that(
        "device",
        device,
        v -> v.matches("auto|cpu|cuda:\\d{1,4}"),
        "must be auto, cpu or cuda:N with the number of a GPU");
    check.within("vocabulary_chunk", vocabularyChunk, 0, Integer.MAX_VALUE);
    check.within("tokens_per_pass", tokensPerPass, LEAST_TOKENS, MOST_TOKENS);
    if (lora != null) {
      check.problems().addAll(lora.problems(path + ".lora"));
    }
    return check.problems();
  }
}
