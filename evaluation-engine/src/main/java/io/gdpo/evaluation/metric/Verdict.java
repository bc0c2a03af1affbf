package io.gdpo.evaluation.metric;

import io.gdpo.data.ParsedResponse;
import io.gdpo.evaluation.observation.OptionClasses;
import java.util.Set;

/** What a sample's belief digit and its option text are to each other. */
enum Verdict {
  /** The digit is the class of the option text. */
  CONSISTENT,
  /** The option text is known and belongs to another class. */
  CONTRADICTORY,
  /** The text inside {@code <...>} is no option of the data. */
  UNKNOWN_TEXT,
  /** A belief digit, but no closed {@code <...>} after it. */
  UNCLOSED,
  /** The sample does not begin with a belief digit. */
  NO_BELIEF;

  /** Of a sample that answers the question {@code questionId}. */
  static Verdict of(ParsedResponse sample, String questionId, OptionClasses options) {
    if (sample.belief().isEmpty()) {
      return NO_BELIEF;
    }
    if (!sample.closed()) {
      return UNCLOSED;
    }
    Set<Integer> classes = options.of(questionId, sample.option());
    if (classes.isEmpty()) {
      return UNKNOWN_TEXT;
    }
    return classes.contains(sample.belief().getAsInt()) ? CONSISTENT : CONTRADICTORY;
  }
}
