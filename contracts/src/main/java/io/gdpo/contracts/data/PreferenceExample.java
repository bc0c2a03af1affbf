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
    boolean majority) {

  public PreferenceExample {
    options = List.copyOf(options);
    probabilities = List.copyOf(probabilities);
  }
}
