package io.gdpo.group.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.DatasetCard;
import io.gdpo.contracts.job.DatasetSamples;
import io.gdpo.contracts.job.DatasetSamples.Sample;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.SplitBy;
import io.gdpo.contracts.spec.SynthesisSpec;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.group.Bounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetBuilderTest {
  private static final DatasetSpec SURVEY =
      new DatasetSpec(
          null,
          Path.of("..", "examples", "survey.csv").toString(),
          null,
          "Harbor",
          new SynthesisSpec(6, 3L, null, null),
          null,
          null,
          null,
          null,
          null);

  @TempDir private Path folder;

  @Test
  void theExamplesOfASurveyAreKnownBeforeTheyAreBuilt() {
    PreferenceDataset built = PreferenceDataset.read(build(SURVEY));

    Map<Split, List<PreferenceExample>> before = examples(SURVEY);

    for (Split split : Split.values()) {
      assertThat(before.get(split)).isNotEmpty().isEqualTo(built.of(split));
    }
  }

  @Test
  void readyExamplesAreDealtToTheSameSplitsBeforeTheyAreBuilt() throws IOException {
    Path file = folder.resolve("pairs.jsonl");
    Files.write(
        file,
        Stream.iterate(0, i -> i + 1)
            .limit(30)
            .map(
                i ->
                    """
                    {"prompt": "Q%d?", "options": ["Yes", "No"], "accept_choice_id": 4, \
                    "accept_choice": "Yes", "accept_response": "Sure.", "reject_choice_id": 2, \
                    "reject_choice": "No", "reject_response": "Never.", \
                    "probabilities": [0, 0, 0.25, 0, 0.75, 0]}"""
                        .formatted(i))
            .toList());
    DatasetSpec spec =
        new DatasetSpec(
            null,
            null,
            file.toString(),
            null,
            new SynthesisSpec(2, 9L, null, null),
            null,
            null,
            null,
            null,
            null);

    PreferenceDataset built = PreferenceDataset.read(build(spec));

    assertThat(examples(spec))
        .isEqualTo(
            Map.of(Split.TRAIN, built.train(), Split.EVAL, built.eval(), Split.TEST, built.test()));
  }

  @Test
  void theFirstExamplesOfEachClassAreWrittenBesideTheDataAsAModelReadsThem() throws IOException {
    Path dataset = build(SURVEY);

    List<Sample> samples =
        Json.EVENTS
            .readValue(dataset.resolve(DatasetSamples.FILE).toFile(), DatasetSamples.class)
            .samples();
    DatasetCard card =
        Json.EVENTS.readValue(dataset.resolve(DatasetCard.FILE).toFile(), DatasetCard.class);

    card.splits()
        .forEach(
            (split, statistics) -> {
              Map<Integer, Long> shown =
                  samples.stream()
                      .filter(sample -> sample.split().label().equals(split))
                      .collect(Collectors.groupingBy(Sample::belief, Collectors.counting()));
              for (int belief = 0; belief < statistics.beliefHistogram().size(); belief++) {
                assertThat(shown.getOrDefault(belief, 0L))
                    .as("%s, class %d", split, belief)
                    .isEqualTo(
                        Math.min(
                            DatasetSamples.OF_EACH_CLASS,
                            statistics.beliefHistogram().get(belief)));
              }
            });
    PreferenceExample first = PreferenceDataset.read(dataset, Split.TRAIN).get(0);
    assertThat(samples.get(0))
        .isEqualTo(
            new Sample(
                Split.TRAIN,
                first.questionId(),
                first.style(),
                first.opinion().chosen().number(),
                first.opinion().rejected().number(),
                first.context() + "<Q>" + first.prompt() + "<A>",
                first.opinion().chosen().number()
                    + "<"
                    + first.opinion().chosen().option()
                    + ">"
                    + first.chosen(),
                first.opinion().rejected().number()
                    + "<"
                    + first.opinion().rejected().option()
                    + ">"
                    + first.rejected(),
                first.opinion().chosen().number() + "<" + first.opinion().chosen().option() + ">",
                first.opinion().rejected().number()
                    + "<"
                    + first.opinion().rejected().option()
                    + ">",
                first.group()));
    assertThat(card.files())
        .containsExactlyInAnyOrder("train.parquet", "eval.parquet", "test.parquet", "samples.json")
        .allSatisfy(file -> assertThat(dataset.resolve(file)).isRegularFile());
  }

  @Test
  void refusedRowsAreAllCountedAndTheFirstThousandListed() throws IOException {
    StringBuilder survey = new StringBuilder("question,selections,options\n");
    survey.append("\"Fine?\",\"{'A': [0.5, 0.5]}\",\"['Yes', 'No']\"\n");
    int bad = Bounds.LISTED_ROWS + 5;
    for (int i = 0; i < bad; i++) {
      survey.append("\"Odd %d?\",\"{'A': [0.5, 0.2]}\",\"['Yes', 'No']\"\n".formatted(i));
    }
    Path file = Files.writeString(folder.resolve("odd.csv"), survey);

    Path dataset =
        build(
            new DatasetSpec(null, file.toString(), null, "A", null, null, null, null, null, null));

    DatasetCard card =
        Json.EVENTS.readValue(dataset.resolve(DatasetCard.FILE).toFile(), DatasetCard.class);
    assertThat(card.counts().refused()).isEqualTo(bad);
    assertThat(card.refused()).hasSize(Bounds.LISTED_ROWS);
    assertThat(card.refused().get(0).row()).isEqualTo(2);
    assertThat(card.refused().get(0).note()).contains("shares sum to 0.7000");
    assertThat(card.files()).contains("refused.jsonl");
    List<String> lines = Files.readAllLines(dataset.resolve(DatasetCard.REFUSED_FILE));
    assertThat(lines).hasSize(bad);
    assertThat(Json.EVENTS.readValue(lines.get(bad - 1), DatasetCard.RowNote.class))
        .isEqualTo(
            new DatasetCard.RowNote(
                bad + 1L, "Odd " + (bad - 1) + "?", card.refused().get(0).note(), "A"));
  }

  @Test
  void votes_become_pairs_with_an_account_of_every_vote() throws IOException {
    Path votes = Path.of("..", "examples", "votes.jsonl").toAbsolutePath().normalize();
    DatasetSpec spec =
        new DatasetSpec(
            null, null, votes.toString(), null, null, null, null, null, "district", null);

    Path folder = build(spec);

    DatasetCard card =
        Json.EVENTS.readValue(folder.resolve(DatasetCard.FILE).toFile(), DatasetCard.class);
    PreferenceDataset dataset = PreferenceDataset.read(folder);
    long pairs = card.splits().values().stream().mapToLong(split -> split.examples()).sum();
    assertThat(card.counts().rows()).isEqualTo(420);
    assertThat(pairs + card.counts().refused() + card.counts().merged()).isEqualTo(420);
    assertThat(pairs + card.counts().refused()).as("60 prompts in two districts").isEqualTo(120);
    assertThat(Files.readAllLines(folder.resolve(DatasetCard.REFUSED_FILE)))
        .hasSize((int) card.counts().refused());
    assertThat(card.splits().get("train").groups()).containsOnlyKeys("north", "south");
    assertThat(card.splits().get("train").agreement()).isBetween(0.5, 1.0);
    assertThat(card.splits().get("train").beliefHistogram()).isNull();
    assertThat(dataset.train())
        .allSatisfy(
            it -> {
              assertThat(it.votes().chosen()).isGreaterThan(it.votes().rejected());
              assertThat(it.votes().all()).isBetween(3, 4);
            });
    assertThat(dataset.train())
        .as("the two districts prefer different sides of some pair")
        .anyMatch(
            it ->
                dataset.train().stream()
                    .anyMatch(
                        other ->
                            other.prompt().equals(it.prompt())
                                && other.chosen().equals(it.rejected())));
  }

  @Test
  void the_card_counts_what_leaks_from_training_into_the_other_splits() throws IOException {
    SynthesisSpec byQuestions = new SynthesisSpec(6, 3L, SplitBy.QUESTIONS, null);
    Path pairs = Files.createDirectory(folder.resolve("pairs"));
    Files.writeString(pairs.resolve("train.jsonl"), pair(1, "q") + pair(2, "q") + pair(3, "r"));
    Files.writeString(pairs.resolve("eval.jsonl"), pair(2, "q") + pair(4, "s"));
    Files.writeString(pairs.resolve("test.jsonl"), pair(5, "t") + pair(6, "q"));

    assertThat(leaks(SURVEY)).containsExactly(null, null, 40L, 0L, 40L, 0L);
    assertThat(
            leaks(
                new DatasetSpec(
                    null,
                    SURVEY.survey(),
                    null,
                    "Harbor",
                    byQuestions,
                    null,
                    null,
                    null,
                    null,
                    null)))
        .containsExactly(null, null, 0L, 0L, 0L, 0L);
    assertThat(
            leaks(
                new DatasetSpec(
                    null, null, pairs.toString(), null, null, null, null, null, null, null)))
        .containsExactly(null, null, 1L, 1L, 1L, 0L);
  }

  @Test
  void prompts_that_have_nearly_the_words_of_one_in_train_are_told() throws IOException {
    Path pairs = Files.createDirectory(folder.resolve("near"));
    String pair = "{\"prompt\": \"%s\", \"chosen\": \"Yes.\", \"rejected\": \"No.\"}\n";
    String trained = "How do I get red wine out of a white shirt that I have to wear tonight?";
    Files.writeString(
        pairs.resolve("train.jsonl"), pair.formatted(trained) + pair.formatted("And bees?"));
    Files.writeString(
        pairs.resolve("eval.jsonl"),
        pair.formatted(trained.toLowerCase(Locale.ROOT).replace("tonight?", "today!"))
            + pair.formatted("What does a dog dream of when it barks in its sleep?"));
    Files.writeString(pairs.resolve("test.jsonl"), pair.formatted("And bees?"));

    DatasetSpec spec =
        Json.SPECS.convertValue(Map.of("examples", pairs.toString()), DatasetSpec.class);
    DatasetCard card =
        Json.EVENTS.readValue(build(spec).resolve(DatasetCard.FILE).toFile(), DatasetCard.class);

    assertThat(card.splits().get("train").nearPromptsOfTrain()).isNull();
    assertThat(card.splits().get("eval").promptsOfTrain()).isZero();
    assertThat(card.splits().get("eval").nearPromptsOfTrain()).isOne();
    assertThat(card.splits().get("test").nearPromptsOfTrain()).isOne();
  }

  private static String pair(int prompt, String question) {
    return """
    {"prompt": "P%d?", "question_id": "%s", "options": ["Yes", "No"], "accept_choice_id": 4, \
    "accept_choice": "Yes", "accept_response": "Sure.", "reject_choice_id": 2, \
    "reject_choice": "No", "reject_response": "Never.", "probabilities": [0, 0, 0.25, 0, 0.75, 0]}
    """
        .formatted(prompt, question);
  }

  /** Questions, then prompts, of the training split: for train, eval and test. */
  private List<Long> leaks(DatasetSpec spec) throws IOException {
    DatasetCard card =
        Json.EVENTS.readValue(build(spec).resolve(DatasetCard.FILE).toFile(), DatasetCard.class);
    List<Long> leaks = new ArrayList<>();
    for (Split split : Split.values()) {
      leaks.add(card.splits().get(split.label()).questionsOfTrain());
      leaks.add(card.splits().get(split.label()).promptsOfTrain());
    }
    return leaks;
  }

  @Test
  void two_groups_of_a_survey_are_one_dataset_whose_prompts_name_them() throws IOException {
    SynthesisSpec byQuestions = new SynthesisSpec(6, 3L, SplitBy.QUESTIONS, null);
    List<String> groups = List.of("Harbor", "Hilltop");
    Path folder =
        build(
            new DatasetSpec(
                null, SURVEY.survey(), null, null, byQuestions, null, null, groups, null, null));

    PreferenceDataset dataset = PreferenceDataset.read(folder);
    DatasetCard card =
        Json.EVENTS.readValue(folder.resolve(DatasetCard.FILE).toFile(), DatasetCard.class);

    Map<String, Set<Split>> splitsOfQuestion = new HashMap<>();
    Map<PreferenceExample.Asked, Set<List<Double>>> targets = new HashMap<>();
    for (Split split : Split.values()) {
      for (PreferenceExample example : dataset.of(split)) {
        assertThat(example.context()).startsWith("Group: " + example.group() + ". ");
        splitsOfQuestion.computeIfAbsent(example.questionId(), q -> new HashSet<>()).add(split);
        targets
            .computeIfAbsent(example.asked(), q -> new HashSet<>())
            .add(example.opinion().probabilities());
      }
      assertThat(card.splits().get(split.label()).groups().keySet())
          .containsExactlyElementsOf(groups);
    }
    assertThat(splitsOfQuestion.values()).allSatisfy(splits -> assertThat(splits).hasSize(1));
    assertThat(targets.values()).allSatisfy(target -> assertThat(target).hasSize(1));
    assertThat(targets).hasSize(80);
    assertThat(card.groups()).extracting(DatasetCard.GroupCard::name).isEqualTo(groups);
    assertThat(card.groups().get(0).counts().questions()).isEqualTo(40);
    assertThat(card.counts().questions()).isEqualTo(80);
    assertThat(card.questions())
        .extracting(DatasetCard.Question::group)
        .containsOnlyElementsOf(groups);
  }

  @Test
  void a_prompt_names_its_group_only_if_that_is_wanted() throws IOException {
    SynthesisSpec unnamed = new SynthesisSpec(2, 3L, null, false);
    PreferenceDataset dataset =
        PreferenceDataset.read(
            build(
                new DatasetSpec(
                    null,
                    SURVEY.survey(),
                    null,
                    null,
                    unnamed,
                    null,
                    null,
                    List.of("Harbor", "Hilltop"),
                    null,
                    null)));

    assertThat(dataset.train())
        .allSatisfy(example -> assertThat(example.context()).doesNotContain("Group:"));
    assertThat(dataset.train()).extracting(PreferenceExample::group).contains("Harbor", "Hilltop");
  }

  private Path build(DatasetSpec spec) {
    ArtifactStore artifacts = artifacts();
    return Path.of(
        new DatasetBuilder(new Sources(artifacts), artifacts)
            .build("d", spec, Optional.empty())
            .uri());
  }

  private Map<Split, List<PreferenceExample>> examples(DatasetSpec spec) {
    Map<Split, List<PreferenceExample>> examples = new EnumMap<>(Split.class);
    DatasetExamples.read(
        spec,
        artifacts(),
        (split, example) -> examples.computeIfAbsent(split, s -> new ArrayList<>()).add(example));
    return examples;
  }

  private ArtifactStore artifacts() {
    return Artifacts.at(folder.resolve("artifacts").toUri());
  }
}
