package io.gdpo.contracts.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;

/**
 * What is measured of each stage's checkpoint.
 *
 * @param split {@code test} (default) or {@code eval}
 * @param checkpoint {@code best} (default) or {@code final}
 * @param samples responses sampled for each prompt, at temperature 1
 * @param maxNewTokens longest sampled response, in tokens
 * @param seed of the sampling
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EvaluationSpec(
    String split, String checkpoint, Integer samples, Integer maxNewTokens, Long seed) {

  public EvaluationSpec {
    split = split == null ? "test" : split;
    checkpoint = checkpoint == null ? "best" : checkpoint;
    samples = samples == null ? 8 : samples;
    maxNewTokens = maxNewTokens == null ? 64 : maxNewTokens;
    seed = seed == null ? 0L : seed;
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
    return problems;
  }
}
