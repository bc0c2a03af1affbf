package io.gdpo.evaluation.metric;

import io.gdpo.data.ParsedResponse;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * {@code cbc}: the share of samples whose leading digit is the class of the option text inside
 * {@code <...>}. Everything else counts as wrong, as in the reference, but is also told apart:
 * texts that are no option of the data ({@code cbc_unknown}), segments that never close ({@code
 * cbc_unclosed}) and samples that do not begin with a belief ({@code cbc_no_belief}). The four and
 * the plain contradictions sum to 1.
 */
public final class ClassBeliefConsistency {
  /** What one sample is. */
  public enum Verdict {
    /** The digit is the class of the option text. */
    CONSISTENT,
    /** The option text is known and belongs to another class. */
    CONTRADICTORY,
    /** The text inside {@code <...>} is no option of the data. */
    UNKNOWN_TEXT,
    /** A belief digit, but no closed {@code <...>} after it. */
    UNCLOSED,
    /** The sample does not begin with a belief digit. */
    NO_BELIEF
  }

  private final OptionClasses options;
  private final Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
  private int total;

  public ClassBeliefConsistency(OptionClasses options) {
    this.options = options;
  }

  /** Judges one sample of a question and counts it. */
  public Verdict add(String questionId, ParsedResponse answer) {
    Verdict verdict = verdict(questionId, answer);
    counts.merge(verdict, 1, Integer::sum);
    total++;
    return verdict;
  }

  private Verdict verdict(String questionId, ParsedResponse answer) {
    if (answer.belief().isEmpty()) {
      return Verdict.NO_BELIEF;
    }
    if (!answer.closed()) {
      return Verdict.UNCLOSED;
    }
    Set<Integer> classes = options.of(questionId, answer.option());
    if (classes.isEmpty()) {
      return Verdict.UNKNOWN_TEXT;
    }
    return classes.contains(answer.belief().getAsInt())
        ? Verdict.CONSISTENT
        : Verdict.CONTRADICTORY;
  }

  /** The share of samples with this verdict; of no samples, 0. */
  public double share(Verdict verdict) {
    return total == 0 ? 0 : (double) counts.getOrDefault(verdict, 0) / total;
  }
}
