package io.gdpo.group.chat;

import io.gdpo.chat.Spending;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.ChatCard;
import io.gdpo.contracts.job.ChatCard.DoubtfulAnswer;
import io.gdpo.contracts.spec.SynthesisSpec;
import io.gdpo.group.Bounds;
import io.gdpo.group.survey.GroupQuestion;
import io.gdpo.group.survey.GroupQuestion.Answer;
import io.gdpo.group.survey.GroupSurvey;
import io.gdpo.group.synthesis.QuestionCore;
import io.gdpo.group.synthesis.Wording;
import io.gdpo.group.synthesis.Wordings;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a chat model wrote about the questions of a survey, and the account of it. */
public final class ChatDialogues implements Wordings {
  private final SynthesisSpec spec;
  private final Map<Asked, Outcome> outcomes;
  private final Spending spending;

  ChatDialogues(SynthesisSpec spec, Map<Asked, Outcome> outcomes, Spending spending) {
    this.spec = spec;
    this.outcomes = Collections.unmodifiableMap(outcomes);
    this.spending = spending;
  }

  /** A question with its options: what is written about it is the same for every group. */
  record Asked(String question, List<String> options) {
    static Asked of(GroupQuestion question) {
      return new Asked(question.text(), question.answers().stream().map(Answer::option).toList());
    }
  }

  /**
   * What came of a question.
   *
   * @param question as it was first asked
   * @param written in the end
   * @param again whether the first answer could not be used
   */
  record Outcome(GroupQuestion question, WrittenDialogues written, boolean again) {
    boolean isUsed() {
      return written.problems().isEmpty();
    }
  }

  private Outcome outcome(GroupQuestion question) {
    return outcomes.get(Asked.of(question));
  }

  /** One wording a style, whichever the split. */
  @Override
  public List<Wording> of(GroupQuestion question, QuestionCore core, int style, Split split) {
    return List.of(outcome(question).written().wordings().get(style));
  }

  /**
   * The groups without the questions that nothing was written about; those are refused.
   *
   * @throws io.gdpo.group.DatasetException if a group has no question left
   */
  public List<GroupSurvey> used(List<GroupSurvey> groups) {
    return groups.stream().map(group -> group.without(this::refusal)).toList();
  }

  private Optional<String> refusal(GroupQuestion question) {
    Outcome outcome = outcome(question);
    return outcome.isUsed()
        ? Optional.empty()
        : Optional.of(
            "the chat model wrote no dialogues about it that can be used: "
                + String.join("; ", outcome.written().problems()));
  }

  /** For the dataset's card. */
  public ChatCard card() {
    List<Outcome> used = outcomes.values().stream().filter(Outcome::isUsed).toList();
    List<DoubtfulAnswer> doubts = used.stream().flatMap(ChatDialogues::doubts).toList();
    Spending.Total total = spending.total();
    return new ChatCard(
        spec.model(),
        spec.endpoint(),
        DialoguePrompt.sha256(),
        outcomes.size(),
        used.stream().filter(Outcome::again).count(),
        outcomes.size() - used.size(),
        total.calls(),
        total.inputTokens(),
        total.outputTokens(),
        spending.cost(),
        used.stream()
            .flatMap(outcome -> outcome.written().wordings().stream())
            .mapToLong(wording -> wording.responses().size())
            .sum(),
        doubts.size(),
        doubts.stream().limit(Bounds.LISTED_ROWS).toList());
  }

  private static Stream<DoubtfulAnswer> doubts(Outcome outcome) {
    GroupQuestion question = outcome.question();
    return outcome.written().doubts().stream()
        .map(
            doubt ->
                new DoubtfulAnswer(
                    question.row(),
                    doubt.style(),
                    question.answers().get(doubt.option()).option(),
                    doubt.answer(),
                    doubt.note()));
  }
}
