package io.gdpo.contracts.spec;

/**
 * One thing that is wrong with a specification.
 *
 * @param field path of the field, such as {@code stages[1].beta}
 * @param message what is wrong and what to do
 */
public record SpecProblem(String field, String message) {
  @Override
  public String toString() {
    return field + ": " + message;
  }
}
