package io.gdpo.contracts.view;

import java.util.Locale;

/**
 * How far a running evaluation has come with the work that it is at; it has several, one after the
 * other.
 *
 * @param work {@code beliefs}, {@code samples}, {@code responses} or {@code responses by the
 *     reference}
 * @param unit what {@code done} and {@code total} count
 */
public record EvaluationProgress(String work, int done, int total, String unit) {

  /** For a person: {@code samples: 40 of 120 answers}. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s: %,d of %,d %s", work, done, total, unit);
  }
}
