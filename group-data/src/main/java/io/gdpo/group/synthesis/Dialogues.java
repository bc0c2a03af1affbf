package io.gdpo.group.synthesis;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.spec.SplitBy;
import io.gdpo.contracts.spec.SynthesisSpec;
import io.gdpo.group.survey.GroupQuestion;
import io.gdpo.group.survey.GroupQuestion.Answer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * Makes a group's survey answers into preference examples: for each question and each style of
 * small talk a dialogue with a paraphrased question and one response for each option, in words of
 * {@link Wordings}; for each dialogue a number of respondents, apportioned to the options by the
 * group's shares; for each respondent the response they prefer beside one of another belief.
 *
 * <p>Three styles train, one validates, one tests: the wording of a test question is never trained
 * on. Or, where the specification asks for it ({@link SplitBy}), eight of ten questions train in
 * all styles, one validates, one tests; or eight of ten respondents of each dialogue do. Where a
 * dialogue has several wordings, they share its respondents. Everything but the words is fixed by
 * the seed, and, for a question, the same for every group.
 */
public final class Dialogues {
  private static final int TRAIN_STYLES = 3;

  private final int respondents;
  private final long seed;
  private final SplitBy by;
  private final Map<String, Split> splitOfStyle;
  private final Wordings wordings;

  /** In words made of templates. */
  public Dialogues(SynthesisSpec spec) {
    this(spec, new TemplateWordings(spec.seed()));
  }

  public Dialogues(SynthesisSpec spec, Wordings wordings) {
    this.respondents = spec.respondents();
    this.seed = spec.seed();
    this.by = spec.split() == null ? SplitBy.STYLES : spec.split();
    this.splitOfStyle = splits(seed);
    this.wordings = wordings;
  }

  private static Map<String, Split> splits(long seed) {
    List<String> styles = new ArrayList<>(SmallTalk.ALL.stream().map(SmallTalk::name).toList());
    Collections.shuffle(styles, new Random(seed));
    Map<String, Split> splits = new HashMap<>();
    for (int i = 0; i < styles.size(); i++) {
      splits.put(
          styles.get(i),
          i < TRAIN_STYLES ? Split.TRAIN : i == TRAIN_STYLES ? Split.EVAL : Split.TEST);
    }
    return Map.copyOf(splits);
  }

  /** The same of one group that has no name. */
  public List<String> of(List<GroupQuestion> questions, BiConsumer<Split, PreferenceExample> sink) {
    return of(Map.of("", questions), false, sink);
  }

  /**
   * Gives the examples of these questions to {@code sink}, those of a split in order.
   *
   * @param groups the questions that each group answered
   * @param namingGroups whether a prompt begins with the name of its group
   * @return ids of the questions whose wording had to be cut to stay small talk
   * @throws io.gdpo.group.DatasetException if they are to be split and are too few
   */
  public List<String> of(
      Map<String, List<GroupQuestion>> groups,
      boolean namingGroups,
      BiConsumer<Split, PreferenceExample> sink) {
    List<GroupQuestion> questions = different(groups);
    Map<String, QuestionCore> shortened = shortCores(questions);
    Map<String, QuestionCore> cores = cores(questions, shortened);
    Map<String, Split> splitOfQuestion =
        by == SplitBy.QUESTIONS ? QuestionSplits.of(shortened, seed) : Map.of();
    for (int style = 0; style < SmallTalk.STYLES; style++) {
      Split ofStyle = splitOfStyle.get(SmallTalk.ALL.get(style).name());
      for (Map.Entry<String, List<GroupQuestion>> group : groups.entrySet()) {
        String opening = namingGroups ? "Group: " + group.getKey() + ". " : "";
        for (GroupQuestion question : group.getValue()) {
          Split ofDialogue =
              by == SplitBy.RESPONDENTS
                  ? Split.TRAIN
                  : splitOfQuestion.getOrDefault(question.id(), ofStyle);
          List<PreferenceExample> dialogue =
              dialogue(question, cores.get(question.id()), style, ofDialogue);
          List<Split> splits =
              by == SplitBy.RESPONDENTS
                  ? splitsOfRespondents(question.id(), style, dialogue.size())
                  : Collections.nCopies(dialogue.size(), ofDialogue);
          for (int i = 0; i < splits.size(); i++) {
            sink.accept(splits.get(i), dialogue.get(i).of(group.getKey(), opening));
          }
        }
      }
    }
    return questions.stream().map(GroupQuestion::id).filter(id -> cores.get(id).cut()).toList();
  }

  /** A tenth of a dialogue's respondents validates, a tenth tests, at least one each. */
  private List<Split> splitsOfRespondents(String questionId, int style, int count) {
    List<Split> splits = new ArrayList<>(Collections.nCopies(count, Split.TRAIN));
    int tenth = Math.max(1, count / 10);
    Collections.fill(splits.subList(0, tenth), Split.EVAL);
    Collections.fill(splits.subList(tenth, 2 * tenth), Split.TEST);
    Draw.of(seed, questionId, SmallTalk.ALL.get(style).name(), "respondents").shuffle(splits);
    return splits;
  }

  /** What any group was asked, each question once. */
  private static List<GroupQuestion> different(Map<String, List<GroupQuestion>> groups) {
    Map<String, GroupQuestion> byId = new LinkedHashMap<>();
    groups.values().stream()
        .flatMap(List::stream)
        .forEach(question -> byId.putIfAbsent(question.id(), question));
    return List.copyOf(byId.values());
  }

  /** How many examples each question of a group becomes, all splits together. */
  public long examplesForEachQuestion() {
    return (long) respondents * SmallTalk.STYLES;
  }

  private static Map<String, QuestionCore> shortCores(List<GroupQuestion> questions) {
    Map<String, QuestionCore> cores = new LinkedHashMap<>();
    for (GroupQuestion question : questions) {
      cores.put(
          question.id(),
          QuestionCore.of(
              question.text(), question.answers().stream().map(Answer::option).toList()));
    }
    return cores;
  }

  /** Short cores; questions whose short cores are the same keep their whole text. */
  private static Map<String, QuestionCore> cores(
      List<GroupQuestion> questions, Map<String, QuestionCore> shortened) {
    Map<String, Integer> seen = new HashMap<>();
    shortened.values().forEach(core -> seen.merge(core.sentence(), 1, Integer::sum));
    Map<String, QuestionCore> cores = new HashMap<>(shortened);
    for (GroupQuestion question : questions) {
      if (seen.get(cores.get(question.id()).sentence()) > 1) {
        cores.put(question.id(), QuestionCore.whole(question.text()));
      }
    }
    return cores;
  }

  private List<PreferenceExample> dialogue(
      GroupQuestion question, QuestionCore core, int style, Split split) {
    SmallTalk talk = SmallTalk.ALL.get(style);
    List<Wording> told = wordings.of(question, core, style, split);
    int[] seats =
        Respondents.apportion(question.answers().stream().map(Answer::share).toList(), respondents);
    Draw rejections = Draw.of(seed, question.id(), talk.name(), "rejected");
    List<PreferenceExample> examples = new ArrayList<>();
    for (int chosen = 0; chosen < seats.length; chosen++) {
      List<Integer> others = otherBeliefs(question, chosen);
      for (int seat = 0; seat < seats[chosen]; seat++) {
        Wording wording = told.get(examples.size() % told.size());
        int rejected = rejections.oneOf(others);
        examples.add(
            example(
                question,
                talk,
                wording,
                chosen,
                rejected,
                wordings.rejected(wording, question, chosen, rejected)));
      }
    }
    return examples;
  }

  /** Options of another belief; those that the group really chose, if there are any. */
  private static List<Integer> otherBeliefs(GroupQuestion question, int chosen) {
    List<Answer> answers = question.answers();
    List<Integer> others =
        IntStream.range(0, answers.size())
            .filter(i -> answers.get(i).belief() != answers.get(chosen).belief())
            .boxed()
            .toList();
    List<Integer> held = others.stream().filter(i -> answers.get(i).share() > 0).toList();
    return held.isEmpty() ? others : held;
  }

  private static PreferenceExample example(
      GroupQuestion question,
      SmallTalk talk,
      Wording wording,
      int chosen,
      int rejected,
      String rejectedResponse) {
    List<Answer> answers = question.answers();
    return PreferenceExample.ofOpinion(
        question.id(),
        talk.name(),
        wording.prompt(),
        wording.context(),
        answers.stream().map(Answer::option).toList(),
        answers.get(chosen).belief(),
        answers.get(chosen).option(),
        wording.responses().get(chosen),
        answers.get(rejected).belief(),
        answers.get(rejected).option(),
        rejectedResponse,
        question.beliefs().probabilities(),
        answers.get(chosen).belief() == question.beliefs().majority());
  }
}
