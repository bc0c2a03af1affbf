package io.gdpo.group.synthesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.spec.SplitBy;
import io.gdpo.contracts.spec.SynthesisSpec;
import io.gdpo.data.OpinionTemplate;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.group.Collected;
import io.gdpo.group.DatasetException;
import io.gdpo.group.belief.BeliefDistribution;
import io.gdpo.group.survey.GroupQuestion;
import io.gdpo.group.survey.GroupSurvey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DialoguesTest {
  private static final List<GroupQuestion> QUESTIONS = questions("Riverside");

  private final PreferenceDataset dataset = synthesise(QUESTIONS, 0);

  @Test
  void theSameSeedGivesTheSameDatasetAndAnotherSeedAnother() {
    assertThat(synthesise(QUESTIONS, 0)).isEqualTo(dataset);
    assertThat(synthesise(QUESTIONS, 1)).isNotEqualTo(dataset);
  }

  @Test
  void everyDialogueHasItsRespondents() {
    assertThat(dataset.train()).hasSize(QUESTIONS.size() * 3 * 24);
    assertThat(dataset.eval()).hasSize(QUESTIONS.size() * 24);
    assertThat(dataset.test()).hasSize(QUESTIONS.size() * 24);
    assertThat(dataset.train()).hasSizeBetween(2000, 6000);
  }

  @Test
  void splitsShareNoStyleAndNoPrompt() {
    Set<String> styles = new HashSet<>();
    Set<String> prompts = new HashSet<>();
    for (Split split : Split.values()) {
      Set<String> ofSplit = distinct(split, true);
      assertThat(ofSplit).hasSize(split == Split.TRAIN ? 3 : 1);
      assertThat(styles).doesNotContainAnyElementsOf(ofSplit);
      styles.addAll(ofSplit);
      Set<String> promptsOfSplit = distinct(split, false);
      assertThat(prompts).doesNotContainAnyElementsOf(promptsOfSplit);
      prompts.addAll(promptsOfSplit);
    }
  }

  @Test
  void split_by_questions_no_question_is_asked_in_two_splits_and_each_in_every_style() {
    PreferenceDataset split = byQuestions(QUESTIONS);

    Map<Split, Set<String>> asked = asked(split);
    assertThat(asked.get(Split.TRAIN)).hasSize(32);
    assertThat(asked.get(Split.EVAL)).hasSize(4);
    assertThat(asked.get(Split.TEST)).hasSize(4);
    assertThat(asked.values().stream().flatMap(Set::stream)).doesNotHaveDuplicates();
    for (Split part : Split.values()) {
      assertThat(split.of(part)).hasSize(asked.get(part).size() * 5 * 24);
      assertThat(split.of(part).stream().map(PreferenceExample::style).distinct()).hasSize(5);
    }
    assertThat(byQuestions(QUESTIONS)).isEqualTo(split);
  }

  @Test
  void the_same_questions_of_another_group_are_in_the_same_splits() {
    assertThat(asked(byQuestions(questions("Harbor")))).isEqualTo(asked(byQuestions(QUESTIONS)));
  }

  @Test
  void a_question_that_is_asked_in_other_words_of_the_survey_stays_in_one_split() {
    List<GroupQuestion> twice = new ArrayList<>(QUESTIONS);
    for (GroupQuestion question : QUESTIONS) {
      twice.add(named("again-" + question.id(), "Please think about it now. " + question.text()));
    }
    Map<String, Set<Split>> splits = new HashMap<>();

    PreferenceDataset split = byQuestions(twice);

    for (Split part : Split.values()) {
      for (PreferenceExample example : split.of(part)) {
        splits
            .computeIfAbsent(example.questionId().replace("again-", ""), id -> new HashSet<>())
            .add(part);
      }
    }
    assertThat(splits).hasSize(QUESTIONS.size());
    assertThat(splits.values()).allSatisfy(of -> assertThat(of).hasSize(1));
  }

  /** Sizes of Binwei01/mmoqa_usa, _pk, _sa and of their large ones: train, eval and test. */
  @ParameterizedTest
  @CsvSource({
    "small, 469, 14321, 1843, 1843",
    "small, 219, 6684, 860, 876",
    "small, 162, 4960, 636, 648",
    "large, 469, 176905, 22166, 22199",
    "large, 219, 80364, 10070, 10086",
    "large, 162, 54896, 6878, 6890"
  })
  void a_survey_of_as_many_questions_gives_the_published_sizes_within_a_tenth(
      String size, int questions, long train, long eval, long test) {
    List<GroupQuestion> survey =
        IntStream.range(0, questions)
            .mapToObj(i -> named("q" + i, "Is number " + i + " a good number?"))
            .toList();
    int respondents = size.equals("small") ? SynthesisSpec.SMALL : SynthesisSpec.LARGE;
    Map<Split, Long> examples = new EnumMap<>(Split.class);

    new Dialogues(new SynthesisSpec(respondents, 0L, SplitBy.QUESTIONS, null))
        .of(survey, (split, example) -> examples.merge(split, 1L, Long::sum));

    assertThat(examples.get(Split.TRAIN)).isCloseTo(train, withinPercentage(10));
    assertThat(examples.get(Split.EVAL)).isCloseTo(eval, withinPercentage(10));
    assertThat(examples.get(Split.TEST)).isCloseTo(test, withinPercentage(10));
  }

  @Test
  void too_few_questions_to_split_are_told() {
    assertThatThrownBy(() -> byQuestions(QUESTIONS.subList(0, 2)))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("synthesis.split: questions needs 3 different questions or more");
  }

  @Test
  void of_each_dialogue_other_respondents_train_validate_and_test() {
    SynthesisSpec byRespondents = new SynthesisSpec(24, 0L, SplitBy.RESPONDENTS, null);
    PreferenceDataset split =
        Collected.of(sink -> new Dialogues(byRespondents).of(QUESTIONS, sink));

    int dialogues = 5 * QUESTIONS.size();
    assertThat(split.eval()).hasSize(2 * dialogues);
    assertThat(split.test()).hasSize(2 * dialogues);
    assertThat(split.train()).hasSize(20 * dialogues);
    assertThat(asked(split).values())
        .allSatisfy(questions -> assertThat(questions).hasSize(QUESTIONS.size()));
    Set<String> trained =
        split.train().stream().map(PreferenceExample::prompt).collect(Collectors.toSet());
    assertThat(split.test()).allSatisfy(it -> assertThat(trained).contains(it.prompt()));
    for (GroupQuestion question : QUESTIONS) {
      for (GroupQuestion.Answer answer : question.answers()) {
        long chosen =
            Arrays.stream(Split.values())
                .flatMap(part -> split.of(part).stream())
                .filter(it -> it.questionId().equals(question.id()))
                .filter(it -> it.opinion().chosen().option().equals(answer.option()))
                .count();
        assertThat(chosen / 120.0).isCloseTo(answer.share(), within(0.05));
      }
    }
    assertThat(split)
        .isEqualTo(Collected.of(sink -> new Dialogues(byRespondents).of(QUESTIONS, sink)));
  }

  private static PreferenceDataset byQuestions(List<GroupQuestion> questions) {
    SynthesisSpec spec = new SynthesisSpec(null, 0L, SplitBy.QUESTIONS, null);
    return Collected.of(sink -> new Dialogues(spec).of(questions, sink));
  }

  private static Map<Split, Set<String>> asked(PreferenceDataset dataset) {
    return Arrays.stream(Split.values())
        .collect(
            Collectors.toMap(
                split -> split,
                split ->
                    dataset.of(split).stream()
                        .map(PreferenceExample::questionId)
                        .collect(Collectors.toSet())));
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void chosenBeliefsFollowTheGroupsShares(Split split) {
    for (GroupQuestion question : QUESTIONS) {
      List<PreferenceExample> examples = ofQuestion(split, question);
      for (GroupQuestion.Answer answer : question.answers()) {
        long chosen =
            examples.stream()
                .filter(e -> e.opinion().chosen().option().equals(answer.option()))
                .count();
        int dialogues = examples.size() / 24;
        assertThat(Math.abs(chosen - answer.share() * examples.size()))
            .isLessThan((double) dialogues);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void everyPairIsAValidExample(Split split) {
    for (PreferenceExample example : dataset.of(split)) {
      assertThat(example.opinion().rejected().number())
          .isNotEqualTo(example.opinion().chosen().number());
      assertThat(example.opinion().options())
          .contains(example.opinion().chosen().option(), example.opinion().rejected().option());
      BeliefDistribution beliefs = new BeliefDistribution(example.opinion().probabilities());
      assertThat(example.opinion().majority())
          .isEqualTo(example.opinion().chosen().number() == beliefs.majority());
      assertThat(example.prompt()).endsWith("?").doesNotContain("%");
      assertThat(example.context()).isNotBlank();
    }
  }

  @Test
  void aPromptIsNeverSharedByTwoQuestions() {
    Map<String, String> questionOfPrompt = new HashMap<>();
    for (Split split : Split.values()) {
      for (PreferenceExample example : dataset.of(split)) {
        String before =
            questionOfPrompt.putIfAbsent(OpinionTemplate.prompt(example), example.questionId());
        assertThat(before).isIn(null, example.questionId());
      }
    }
  }

  @Test
  void questionsWhoseShortFormsAreTheSameKeepTheirWholeText() {
    GroupQuestion first =
        named("q-1", "I will read a list of shops. Do you like them?\n\nThe baker");
    GroupQuestion other = named("q-2", "Here is a list of people. Do you like them?\n\nThe baker");

    PreferenceDataset both = synthesise(List.of(first, other), 0);

    assertThat(both.test())
        .anySatisfy(e -> assertThat(e.prompt()).contains("list of shops"))
        .anySatisfy(e -> assertThat(e.prompt()).contains("list of people"));
  }

  @Test
  void theSidesOfAPairNeverSayTheSameWords() {
    for (long seed = 0; seed < 4; seed++) {
      assertThat(synthesise(questions("Hilltop"), seed).train())
          .allSatisfy(e -> assertThat(e.chosen()).isNotEqualTo(e.rejected()));
    }
  }

  @Test
  void aGroupOfOneOpinionStillGetsRejectedSides() {
    GroupQuestion all =
        new GroupQuestion(
            "q-1",
            1,
            "Do you like bread?",
            List.of(
                new GroupQuestion.Answer("Yes", 4, 1, "rule"),
                new GroupQuestion.Answer("No", 2, 0, "rule")),
            new BeliefDistribution(List.of(0.0, 0.0, 0.0, 0.0, 1.0, 0.0)));

    assertThat(synthesise(List.of(all), 0).test())
        .allSatisfy(e -> assertThat(e.opinion().rejected().option()).isEqualTo("No"));
  }

  @Test
  void neighbouringBeliefsShareBeginningsAndDistantOnesDoNot() {
    Map<Integer, Set<String>> beginnings =
        dataset.train().stream()
            .collect(
                Collectors.groupingBy(
                    example -> example.opinion().chosen().number(),
                    Collectors.mapping(
                        e -> e.chosen().substring(0, e.chosen().indexOf(':')),
                        Collectors.toSet())));

    assertThat(beginnings.get(5)).containsAnyElementsOf(beginnings.get(4));
    assertThat(beginnings.get(1)).containsAnyElementsOf(beginnings.get(2));
    assertThat(beginnings.get(5)).doesNotContainAnyElementsOf(beginnings.get(2));
    assertThat(beginnings.get(1)).doesNotContainAnyElementsOf(beginnings.get(4));
  }

  @Test
  void textsAreShort() {
    assertThat(dataset.train())
        .allSatisfy(
            e -> {
              assertThat(OpinionTemplate.prompt(e).split("\\s+").length).isBetween(12, 50);
              assertThat(e.chosen().split("\\s+").length).isBetween(4, 26);
            });
  }

  @Test
  void optionsAreSpokenAsAPersonWould() {
    assertThat(spoken("Very good (VOL)", 5)).isEqualTo("very good");
    assertThat(spoken("DK/Refused", 0)).isEqualTo("don't know, or rather not say");
    assertThat(spoken("United States does too much", 4)).isEqualTo("United States does too much");
    assertThat(spoken("I like it", 4)).isEqualTo("I like it");
  }

  private static String spoken(String option, int belief) {
    return ResponseWording.spoken(new GroupQuestion.Answer(option, belief, 0.5, "rule"));
  }

  private Set<String> distinct(Split split, boolean styles) {
    return dataset.of(split).stream()
        .map(e -> styles ? e.style() : OpinionTemplate.prompt(e))
        .collect(Collectors.toSet());
  }

  private List<PreferenceExample> ofQuestion(Split split, GroupQuestion question) {
    return dataset.of(split).stream().filter(e -> e.questionId().equals(question.id())).toList();
  }

  private static GroupQuestion named(String id, String text) {
    return new GroupQuestion(
        id,
        1,
        text,
        List.of(
            new GroupQuestion.Answer("Yes", 4, 0.6, "rule"),
            new GroupQuestion.Answer("No", 2, 0.4, "rule")),
        new BeliefDistribution(List.of(0.0, 0.0, 0.4, 0.0, 0.6, 0.0)));
  }

  private static PreferenceDataset synthesise(List<GroupQuestion> questions, long seed) {
    return Collected.of(
        sink -> new Dialogues(new SynthesisSpec(null, seed, null, null)).of(questions, sink));
  }

  private static List<GroupQuestion> questions(String group) {
    return GroupSurvey.read(Path.of("..", "examples", "survey.csv"), group).questions();
  }
}
