package io.gdpo.evaluator.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * One question across stages.
 *
 * @param questionId the question's id; of several groups, with the group's name behind it
 * @param question its text; of several groups, with the group's name before it
 * @param options option texts by belief class
 * @param target the group's p*
 * @param group whose answers {@code target} holds; absent if the data names no group
 * @param stages what each evaluated stage made of it, by {@link StageReport#name}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record QuestionReport(
    String questionId,
    String question,
    Map<Integer, String> options,
    List<Double> target,
    String group,
    Map<String, Answer> stages) {

  /**
   * One stage's answer.
   *
   * @param predicted p_theta, by class
   * @param sampled sampled beliefs counted by class
   */
  public record Answer(
      List<Double> predicted,
      List<Integer> sampled,
      int sampledWithoutBelief,
      Map<String, Double> metrics,
      List<String> examples) {}
}
