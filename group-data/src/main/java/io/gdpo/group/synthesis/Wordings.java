package io.gdpo.group.synthesis;

import io.gdpo.contracts.data.Split;
import io.gdpo.group.survey.GroupQuestion;
import java.util.List;

/** Where the words of dialogues come from; for a question, the same ones for every group. */
public interface Wordings {
  /**
   * The ways to hold a dialogue; at least one.
   *
   * @param core what is asked, in short
   * @param style its place in {@link SmallTalk#ALL}
   */
  List<Wording> of(GroupQuestion question, QuestionCore core, int style, Split split);

  /** The words of the rejected side; never those of the chosen one. */
  default String rejected(Wording wording, GroupQuestion question, int chosen, int rejected) {
    return wording.responses().get(rejected);
  }
}
