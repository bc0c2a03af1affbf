package io.gdpo.group.build;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.ChatCard;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.SynthesisSpec;
import io.gdpo.group.Bounds;
import io.gdpo.group.DatasetException;
import io.gdpo.group.chat.ChatDialogues;
import io.gdpo.group.chat.ChatSynthesis;
import io.gdpo.group.survey.GroupQuestion;
import io.gdpo.group.survey.GroupSurvey;
import io.gdpo.group.synthesis.Dialogues;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The dialogues of a survey, in words of templates or of a chat model, as the specification asks.
 *
 * @param groups with the questions that dialogues are made of
 * @param chat what a chat model wrote; empty if none was asked
 */
record SurveyDialogues(DatasetSpec spec, List<GroupSurvey> groups, Optional<ChatDialogues> chat) {

  /**
   * @param groups as they were read
   * @param synthesis asks a chat model where there is one
   */
  static SurveyDialogues of(List<GroupSurvey> groups, DatasetSpec spec, ChatSynthesis synthesis) {
    requireFew(groups, spec.synthesis());
    if (spec.synthesis().model() == null) {
      return new SurveyDialogues(spec, groups, Optional.empty());
    }
    ChatDialogues chat = synthesis.of(spec.synthesis(), groups);
    return new SurveyDialogues(spec, chat.used(groups), Optional.of(chat));
  }

  private static void requireFew(List<GroupSurvey> groups, SynthesisSpec spec) {
    long questions = groups.stream().mapToLong(group -> group.questions().size()).sum();
    long examples = questions * new Dialogues(spec).examplesForEachQuestion();
    if (examples > Bounds.EXAMPLES) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "synthesis.respondents: %,d for each dialogue of %,d questions make %,d examples, more"
                  + " than %,d; ask for fewer respondents",
              spec.respondents(),
              questions,
              examples,
              Bounds.EXAMPLES));
    }
  }

  /**
   * Gives the examples to {@code sink}, those of a split in order.
   *
   * @return ids of the questions whose wording was cut
   */
  List<String> examples(BiConsumer<Split, PreferenceExample> sink) {
    Map<String, List<GroupQuestion>> asked = new LinkedHashMap<>();
    groups.forEach(group -> asked.put(group.group(), group.questions()));
    Dialogues dialogues =
        chat.map(written -> new Dialogues(spec.synthesis(), written))
            .orElseGet(() -> new Dialogues(spec.synthesis()));
    List<String> cut = dialogues.of(asked, spec.namesGroups(), sink);
    return chat.isPresent() ? List.of() : cut; // a chat model is told the whole question
  }

  /** Null if no chat model was asked. */
  ChatCard card() {
    return chat.map(ChatDialogues::card).orElse(null);
  }
}
