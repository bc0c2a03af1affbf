package io.gdpo.contracts.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.Reason;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
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

  /** A model has fewer kinds of modules by far. */
  private static final int MOST_TARGETS = 1_000;

  public LoraSpec {
    dropout = dropout != null && dropout == 0 ? null : dropout;
    rank = rank == null ? 8 : rank;
    alpha = alpha == null ? 16.0 : alpha;
    merge = merge != null && merge;
    targetModules =
        targetModules == null
            ? null
            : targetModules.stream().filter(Objects::nonNull).toList(); // an empty line of YAML
  }

  /** The problems of this specification, with field paths below {@code path}; empty if none. */
  List<SpecProblem> problems(String path) {
    FieldChecks check = new FieldChecks(path);
    check.within("rank", rank, 1, ModelSpec.MOST_HIDDEN);
    check.that("alpha", alpha, v -> v > 0, "must be greater than 0");
    if (dropout != null) {
      check.add("dropout", "must be 0: training is exact and repeatable; is " + dropout);
    }
    if (targetModules != null && (targetModules.isEmpty() || targetModules.size() > MOST_TARGETS)) {
      check.add(
          "target_modules",
          targetModules.isEmpty()
              ? "names no module; leave it out to adapt all of them"
              : String.format(
                  Locale.ROOT, "must be at most %d, are %d", MOST_TARGETS, targetModules.size()));
      return check.problems();
    }
    for (String pattern : targetModules == null ? List.<String>of() : targetModules) {
      int before = check.problems().size();
      check.name("target_modules", pattern);
      if (check.problems().size() == before) {
        pattern(check, pattern);
      }
    }
    return check.problems();
  }

  private static void pattern(FieldChecks check, String pattern) {
    try {
      Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      check.add(
          "target_modules",
          "%s is neither a name nor a regular expression: %s"
              .formatted(Reason.quoted(pattern), e.getDescription()));
    }
  }
}
