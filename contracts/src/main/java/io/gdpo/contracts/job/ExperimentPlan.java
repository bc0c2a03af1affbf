package io.gdpo.contracts.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.job.DatasetCard.TokenLengths;
import io.gdpo.contracts.spec.SpecProblem;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@code plan} found out about an experiment before anything costly is done for it: {@code
 * result} of its {@link WorkOutcome}; it was told a {@link PlanTask}.
 *
 * @param problems what keeps its model from being trained as its stages ask, with the fields that
 *     are to be changed; empty if nothing does
 * @param model the model's shape; absent if it could not be looked at now
 * @param data what it trains on; absent if the model could not be looked at
 * @param stages what each will need, in the specification's order; empty if the model could not be
 *     looked at
 * @param sourceSha256 hash of the content of its dataset's source; absent if that could not be read
 *     here, or the dataset is there already
 * @param sourceAddress where that source is to be found again: as the specification names it, at
 *     the revision that was read; absent as the hash is, and of versions before
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExperimentPlan(
    List<SpecProblem> problems,
    ModelShape model,
    Data data,
    List<StagePlan> stages,
    String sourceSha256,
    String sourceAddress) {
  public ExperimentPlan {
    problems = List.copyOf(problems);
    stages = stages == null ? List.of() : List.copyOf(stages);
  }

  /** A plan of a model that could not be looked at. */
  public static ExperimentPlan ofProblems(List<SpecProblem> problems) {
    return new ExperimentPlan(problems, null, null, null, null, null);
  }

  /** Bytes that a stage will hold at most; empty if the plan does not know. */
  public Optional<Long> memoryOf(String stage) {
    return stages.stream()
        .filter(it -> it.name().equals(stage) && it.memory() != null)
        .map(it -> it.memory().bytes())
        .findFirst();
  }

  /** The same, with what is known of the dataset's source. */
  public ExperimentPlan withSource(String sha256, String address) {
    return new ExperimentPlan(problems, model, data, stages, sha256, address);
  }

  /**
   * A model, told from its config.
   *
   * @param family {@code model_type} in {@code config.json}
   * @param positions longest text in tokens
   * @param vocabulary tokens that it can tell apart
   * @param parameters weights, all together
   */
  public record ModelShape(String family, int positions, int vocabulary, long parameters) {}

  /**
   * The examples that the stages learn from and are selected by.
   *
   * @param known whether they could be read, from the dataset or from what it will be built of
   * @param unknown why not; absent if they are known
   * @param splits {@code train} and {@code eval}; empty if they are not known
   * @param later true if they will be there once the dataset is built, as what a chat model has yet
   *     to write; else absent
   * @param template where the chat template stands that they are written by; absent if they are
   *     plain text
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Data(
      boolean known,
      String unknown,
      Map<String, PlannedSplit> splits,
      Boolean later,
      String template) {}

  /**
   * A split.
   *
   * @param examples pairs
   * @param tokens their lengths, uncut, by the model's own tokenizer
   */
  public record PlannedSplit(long examples, TokenLengths tokens) {}

  /**
   * What a stage's training will need.
   *
   * @param processors that it computes on
   * @param maxLength longest prompt and response together in tokens; what is longer is cut
   * @param maxPromptLength longest prompt in tokens
   * @param promptsCut examples of both splits whose prompt is longer; absent if they are not known
   * @param responsesCut examples of both splits with a response that is longer
   * @param memory absent if neither examples nor a {@code max_length} tell how long texts are
   * @param training how much it trains; absent if the examples are not known, and of versions
   *     before
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record StagePlan(
      String name,
      int processors,
      int maxLength,
      int maxPromptLength,
      Integer promptsCut,
      Integer responsesCut,
      StageMemory memory,
      StageTraining training) {}

  /**
   * How much a stage trains, if nothing stops it early.
   *
   * @param examples of the training split that it learns from: all, but for an SFT on the last
   *     response to each prompt
   * @param steps updates of the optimizer
   * @param tokens that its loss reads in all steps: of each example the prompt with the chosen
   *     response, and once more with the other response where the loss compares, cut to {@code
   *     maxLength}. Exact; what prompts and responses have in common is computed once, so that the
   *     job's passes hold fewer
   */
  public record StageTraining(long examples, long steps, long tokens) {}

  /**
   * The most memory that a stage's process will hold, as its log will say it
   * (docs/reference/memory.md).
   *
   * @param bytes all of it
   * @param moment when that is
   * @param parts bytes by what takes them
   * @param bound false if told of the examples themselves, which is what the job will say; true if
   *     of texts as long as {@code max_length} allows, which is not less
   */
  public record StageMemory(long bytes, String moment, Map<String, Long> parts, boolean bound) {}
}
