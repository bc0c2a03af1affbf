package io.gdpo.contracts.data;

import java.util.List;

/**
 * What a group believes about a question, and which of its beliefs the two sides of an example
 * express.
 *
 * @param options the answer options that the survey offered
 * @param chosen what the chosen side expresses
 * @param rejected what the rejected side expresses
 * @param probabilities the group's target distribution p* over belief classes 0 to 5; sums to 1
 * @param majority whether the chosen belief is the group's majority belief
 */
public record Opinion(
    List<String> options,
    Belief chosen,
    Belief rejected,
    List<Double> probabilities,
    boolean majority) {

  public Opinion {
    options = List.copyOf(options);
    probabilities = List.copyOf(probabilities);
  }

  /**
   * A belief.
   *
   * @param number its class, 0 to 5
   * @param option the text of the option that expresses it
   */
  public record Belief(int number, String option) {}
}
