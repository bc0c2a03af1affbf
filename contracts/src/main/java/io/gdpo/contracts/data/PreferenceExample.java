package io.gdpo.contracts.data;

import java.util.List;

/**
 * One preference example of a group: a question, the answer one respondent prefers, an answer that
 * expresses another belief, and the whole group's belief distribution.
 *
 * @param questionId the survey question; examples of one question share {@code probabilities}
 * @param style dialogue style, such as {@code style-3}; splits are made by style
 * @param prompt the question x
 * @param context text before the question; empty if none
 * @param options the answer options that the survey offered
 * @param acceptChoiceId belief class of the chosen side, 0 to 5
 * @param acceptChoice option text of the chosen side
 * @param acceptResponse response of the chosen side
 * @param rejectChoiceId belief class of the rejected side
 * @param rejectChoice option text of the rejected side
 * @param rejectResponse response of the rejected side
 * @param probabilities the group's target distribution p* over belief classes 0 to 5; sums to 1
 * @param majority whether the chosen belief is the group's majority belief
 * @param group whose beliefs these are; empty if the data names no group
 */
public record PreferenceExample(
    String questionId,
    String style,
    String prompt,
    String context,
    List<String> options,
    int acceptChoiceId,
    String acceptChoice,
    String acceptResponse,
    int rejectChoiceId,
    String rejectChoice,
    String rejectResponse,
    List<Double> probabilities,
    boolean majority,
    String group) {

  /**
   * What an evaluation asks: two groups may answer one question differently.
   *
   * @param questionId the survey question
   * @param group the group that it is asked of; empty if the data names none
   */
  public record Asked(String questionId, String group) {}

  public PreferenceExample {
    options = List.copyOf(options);
    probabilities = List.copyOf(probabilities);
    group = group == null ? "" : group;
  }

  /** An example of a group without a name. */
  public PreferenceExample(
      String questionId,
      String style,
      String prompt,
      String context,
      List<String> options,
      int acceptChoiceId,
      String acceptChoice,
      String acceptResponse,
      int rejectChoiceId,
      String rejectChoice,
      String rejectResponse,
      List<Double> probabilities,
      boolean majority) {
    this(
        questionId,
        style,
        prompt,
        context,
        options,
        acceptChoiceId,
        acceptChoice,
        acceptResponse,
        rejectChoiceId,
        rejectChoice,
        rejectResponse,
        probabilities,
        majority,
        "");
  }

  /**
   * The same example of a group.
   *
   * @param opening what stands before its context
   */
  public PreferenceExample of(String group, String opening) {
    return new PreferenceExample(
        questionId,
        style,
        prompt,
        opening + context,
        options,
        acceptChoiceId,
        acceptChoice,
        acceptResponse,
        rejectChoiceId,
        rejectChoice,
        rejectResponse,
        probabilities,
        majority,
        group);
  }

  /** The question as it was asked of this group. */
  public Asked asked() {
    return new Asked(questionId, group);
  }
}
