package io.gdpo.group.survey;

import io.gdpo.group.belief.BeliefDistribution;
import java.util.List;

/**
 * A survey question with one group's answers, ready to be made into dialogues.
 *
 * @param id made from the question's text, so that it is the same for every group
 * @param row the survey row it came from, counted from 1
 * @param text the question as the survey asked it
 * @param answers the options whose belief is known, with their shares
 * @param beliefs the group's distribution over belief classes
 */
public record GroupQuestion(
    String id, long row, String text, List<Answer> answers, BeliefDistribution beliefs) {

  public GroupQuestion {
    answers = List.copyOf(answers);
  }

  /**
   * An answer option.
   *
   * @param option its text
   * @param belief its belief class, 0 to 5
   * @param share the part of the group that chose it; shares of a question sum to 1
   * @param rule how the class was found
   */
  public record Answer(String option, int belief, double share, String rule) {}
}
