package io.gdpo.contracts.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Low-rank adaptation (Hu et al., 2021): a weight W of the frozen model acts as W + alpha / rank *
 * B A, and only A and B are trained. Names follow PEFT's {@code LoraConfig}.
 *
 * @param rank r, rows of A and columns of B (8)
 * @param alpha scale of the update, over the rank (16)
 * @param dropout of the update's input; only 0, which is left out
 * @param targetModules which modules are adapted: each entry is the end of a module's name ({@code
 *     c_attn}, {@code self_attn.q_proj}) or a regular expression for the whole of it; all of the
 *     blocks' linear modules if absent
 * @param merge save whole models with the update added, instead of adapters in PEFT's layout
 *     (false)
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LoraSpec(
    Integer rank, Double alpha, Double dropout, List<String> targetModules, Boolean merge) {
  /** With every setting's default. */
  public static final LoraSpec DEFAULT = new LoraSpec(null, null, null, null, null);

  public LoraSpec {
    dropout = dropout != null && dropout == 0 ? null : dropout;
    rank = rank == null ? 8 : rank;
    alpha = alpha == null ? 16.0 : alpha;
    merge = merge != null && merge;
    targetModules = targetModules == null ? null : List.copyOf(targetModules);
  }

  /** The problems of this specification, with field paths below {@code path}; empty if none. */
  List<SpecProblem> problems(String path) {
    List<SpecProblem> problems = new ArrayList<>();
    if (rank < 1) {
      problems.add(new SpecProblem(path + ".rank", "must be at least 1, is " + rank));
    }
    if (!(alpha > 0) || alpha.isInfinite()) {
      problems.add(new SpecProblem(path + ".alpha", "must be greater than 0, is " + alpha));
    }
    if (dropout != null) {
      problems.add(
          new SpecProblem(
              path + ".dropout", "must be 0: training is exact and repeatable; is " + dropout));
    }
    if (targetModules != null && targetModules.isEmpty()) {
      problems.add(
          new SpecProblem(
              path + ".target_modules", "names no module; leave it out to adapt all of them"));
    }
    for (String pattern : targetModules == null ? List.<String>of() : targetModules) {
      try {
        Pattern.compile(pattern);
      } catch (PatternSyntaxException e) {
        problems.add(
            new SpecProblem(
                path + ".target_modules",
                "'%s' is neither a name nor a regular expression: %s"
                    .formatted(pattern, e.getDescription())));
      }
    }
    return problems;
  }
}
