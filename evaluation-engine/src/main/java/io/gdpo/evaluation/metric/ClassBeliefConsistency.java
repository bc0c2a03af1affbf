package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.OptionalDouble;

/**
 * {@code cbc}: the share of samples whose leading digit is the class of the option text inside
 * {@code <...>}. Everything else counts as wrong, as in the reference, but is also told apart:
 * texts that are no option of the data ({@code cbc_unknown}), segments that never close ({@code
 * cbc_unclosed}) and samples that do not begin with a belief ({@code cbc_no_belief}). The four and
 * the plain contradictions sum to 1. Ratings state no option, so reviews have none of them.
 *
 * @param verdict whose share it is
 */
record ClassBeliefConsistency(Verdict verdict) implements Metric {
  @Override
  public OptionalDouble of(QuestionObservation question) {
    String id = question.question().id();
    if (!question.options().areStated(id)) {
      return OptionalDouble.empty();
    }
    return Mean.of(
        question
            .samples()
            .mapToDouble(s -> Verdict.of(s, id, question.options()) == verdict ? 1 : 0));
  }
}
