package io.gdpo.evaluator.report;

import java.util.List;
import java.util.Map;

/**
 * One question across stages.
 *
 * @param options option texts by belief class
 * @param target the group's p*
 * @param stages what each evaluated stage made of it, by {@link StageReport#name}
 */
public record QuestionReport(
    String questionId,
    String question,
    Map<Integer, String> options,
    List<Double> target,
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
