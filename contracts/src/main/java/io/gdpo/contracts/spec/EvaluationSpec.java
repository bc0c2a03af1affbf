package io.gdpo.contracts.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
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
    String split,
    String checkpoint,
    Integer samples,
    Integer maxNewTokens,
    Double temperature,
    Integer topK,
    Double topP,
    Long seed) {

  public EvaluationSpec {
    split = split == null ? "test" : split;
    checkpoint = checkpoint == null ? "best" : checkpoint;
    samples = samples == null ? 8 : samples;
    maxNewTokens = maxNewTokens == null ? 64 : maxNewTokens;
    temperature = temperature == null ? 1.0 : temperature;
    topK = topK == null ? 0 : topK;
    topP = topP == null ? 1.0 : topP;
    seed = seed == null ? 0L : seed;
  }

  /** Samples from the model's own distribution. */
  public EvaluationSpec(
      String split, String checkpoint, Integer samples, Integer maxNewTokens, Long seed) {
    this(split, checkpoint, samples, maxNewTokens, null, null, null, seed);
  }

  public static EvaluationSpec defaults() {
    return new EvaluationSpec(null, null, null, null, null);
  }

  /** The problems of this specification, with field paths below {@code path}; empty if none. */
  public List<SpecProblem> problems(String path) {
    List<SpecProblem> problems = new ArrayList<>();
    if (!List.of("test", "eval").contains(split)) {
      problems.add(new SpecProblem(path + ".split", "must be test or eval, is '" + split + "'"));
    }
    if (!List.of("best", "final").contains(checkpoint)) {
      problems.add(
          new SpecProblem(path + ".checkpoint", "must be best or final, is '" + checkpoint + "'"));
    }
    if (samples < 1) {
      problems.add(new SpecProblem(path + ".samples", "must be at least 1, is " + samples));
    }
    if (maxNewTokens < 1) {
      problems.add(
          new SpecProblem(path + ".max_new_tokens", "must be at least 1, is " + maxNewTokens));
    }
    if (!(temperature >= 0) || temperature.isInfinite()) {
      problems.add(new SpecProblem(path + ".temperature", "must be 0 or above, is " + temperature));
    }
    if (topK < 0) {
      problems.add(
          new SpecProblem(path + ".top_k", "must be at least 1, or 0 for all, is " + topK));
    }
    if (!(topP > 0 && topP <= 1)) {
      problems.add(new SpecProblem(path + ".top_p", "must be above 0 and at most 1, is " + topP));
    }
    return problems;
  }
}
