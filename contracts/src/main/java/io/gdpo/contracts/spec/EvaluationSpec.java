package io.gdpo.contracts.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What is measured of each stage's checkpoint.
 *
 * @param split {@code test} (default) or {@code eval}
 * @param checkpoint {@code best} (default) or {@code final}
 * @param samples responses sampled for each prompt
 * @param maxNewTokens longest sampled response, in tokens
 * @param temperature of the sampling, 1 (default) for the model's own distribution; 0 takes the
 *     most likely token
 * @param topK samples among this many most likely tokens; 0 (default) for all
 * @param topP samples among the most likely tokens that hold this much probability; 1 (default) for
 *     all
 * @param seed of the sampling
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EvaluationSpec(
    HeldOutSplit split,
    CheckpointKind checkpoint,
    Integer samples,
    Integer maxNewTokens,
    Double temperature,
    Integer topK,
    Double topP,
    Long seed) {
  /** For each prompt; all of a question's samples are held at once. */
  private static final int MOST_SAMPLES = 10_000;

  public EvaluationSpec {
    split = split == null ? HeldOutSplit.TEST : split;
    checkpoint = checkpoint == null ? CheckpointKind.BEST : checkpoint;
    samples = samples == null ? 8 : samples;
    maxNewTokens = maxNewTokens == null ? 64 : maxNewTokens;
    temperature = temperature == null ? 1.0 : temperature;
    topK = topK == null ? 0 : topK;
    topP = topP == null ? 1.0 : topP;
    seed = seed == null ? 0L : seed;
  }

  /** Samples from the model's own distribution. */
  public EvaluationSpec(
      HeldOutSplit split,
      CheckpointKind checkpoint,
      Integer samples,
      Integer maxNewTokens,
      Long seed) {
    this(split, checkpoint, samples, maxNewTokens, null, null, null, seed);
  }

  public static EvaluationSpec defaults() {
    return new EvaluationSpec(null, null, null, null, null);
  }

  /** The problems of this specification, with field paths below {@code path}; empty if none. */
  public List<SpecProblem> problems(String path) {
    FieldChecks check = new FieldChecks(path);
    check.within("samples", samples, 1, MOST_SAMPLES);
    check.within("max_new_tokens", maxNewTokens, 1, ModelSpec.MOST_POSITIONS);
    check.that("temperature", temperature, v -> v >= 0, "must be 0 or above");
    check.that("top_k", topK, v -> v >= 0, "must be at least 1, or 0 for all");
    check.that("top_p", topP, v -> v > 0 && v <= 1, "must be above 0 and at most 1");
    return check.problems();
  }
}
