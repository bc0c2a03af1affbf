package io.gdpo.group.survey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.gdpo.contracts.job.DatasetCard.RowNote;
import io.gdpo.contracts.spec.DatasetSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GroupSurveyTest {
  private static final Path SAMPLE = Path.of("..", "examples", "survey.csv");

  @TempDir Path folder;

  @Test
  void optionSharesBecomeADistributionOverBeliefs() throws IOException {
    GroupSurvey survey =
        read(
            row(
                "Fine?",
                "{'A': [0.5, 0.2, 0.1, 0.15, 0.05]}",
                "['Yes', 'No', 'Depends', 'Refused', 'No answer']"));

    GroupQuestion question = survey.questions().get(0);
    assertThat(question.beliefs().probabilities())
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : 1)
        .containsExactly(0.2, 0.0, 0.2, 0.1, 0.5, 0.0);
    assertThat(question.beliefs().majority()).isEqualTo(4);
    assertThat(question.answers()).hasSize(5);
    assertThat(question.row()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Riverside", "Hilltop", "Harbor"})
  void everyQuestionOfTheSampleSurveyIsUsedAndItsMajorityIsReal(String group) {
    GroupSurvey survey = GroupSurvey.read(SAMPLE, group);

    assertThat(survey.questions()).hasSizeGreaterThanOrEqualTo(32);
    assertThat(survey.refused()).isEmpty();
    assertThat(survey.renormalised()).isEmpty();
    assertThat(survey.questions())
        .allSatisfy(
            question ->
                assertThat(question.beliefs().of(question.beliefs().majority()))
                    .isBetween(0.40, 0.75));
  }

  @Test
  void sharesThatAreOffByRoundingAreMendedAndCounted() throws IOException {
    GroupSurvey survey = read(row("Fine?", "{'A': [0.6, 0.38]}", "['Yes', 'No']"));

    assertThat(survey.questions().get(0).beliefs().of(4)).isCloseTo(0.6 / 0.98, within(1e-12));
    assertThat(survey.renormalised())
        .containsExactly(new RowNote(1, "Fine?", "shares sum to 0.9800, divided by it", "A"));
  }

  @Test
  void percentagesAreReadAsSuch() throws IOException {
    GroupSurvey survey = read(row("Fine?", "{'A': [60, 40]}", "['Yes', 'No']"));

    assertThat(survey.questions().get(0).beliefs().of(4)).isCloseTo(0.6, within(1e-12));
    assertThat(survey.percentages()).isEqualTo(1);
    assertThat(survey.renormalised()).isEmpty();
  }

  @Test
  void anUnknownOptionThatNobodyChoseIsLeftOut() throws IOException {
    GroupSurvey survey = read(row("Fine?", "{'A': [0.5, 0.0, 0.5]}", "['Yes', 'Mauve', 'No']"));

    assertThat(survey.questions().get(0).answers())
        .extracting(GroupQuestion.Answer::option)
        .containsExactly("Yes", "No");
  }

  @Test
  void an_option_has_the_class_that_the_specification_gives_it() throws IOException {
    Path file =
        file(
            row("Fine?", "{'A': [0.5, 0.2, 0.3]}", "['Mauve  Mist', 'Yes', 'No']"),
            row("How much?", "{'A': [0.1, 0.2, 0.3, 0.4]}", "['1', '2', '3', '4']"));

    GroupSurvey survey =
        GroupSurvey.read(file, survey(Map.of("mauve mist", 5, "YES", 3, "4", 0))).get(0);

    assertThat(survey.refused()).isEmpty();
    assertThat(survey.questions().get(0).answers())
        .extracting(GroupQuestion.Answer::belief, GroupQuestion.Answer::rule)
        .containsExactly(
            tuple(5, "given as dataset.options"),
            tuple(3, "given as dataset.options"),
            tuple(2, "negated"));
    assertThat(survey.questions().get(0).beliefs().of(5)).isCloseTo(0.5, within(1e-12));
    assertThat(survey.questions().get(1).answers())
        .extracting(GroupQuestion.Answer::belief)
        .containsExactly(1, 2, 3, 0);
    assertThat(GroupSurvey.read(file, survey(null)).get(0).refused())
        .singleElement()
        .satisfies(
            note -> {
              assertThat(note.row()).isEqualTo(1);
              assertThat(note.note())
                  .contains(
                      "'Mauve  Mist' has no belief class", "give it one under dataset.options");
            });
  }

  @Test
  void a_class_for_a_text_that_is_no_option_is_told() throws IOException {
    Path file = file(row("Fine?", "{'A': [0.5, 0.5]}", "['Yes', 'No']"));

    assertThatThrownBy(() -> GroupSurvey.read(file, survey(Map.of("Yes", 5, "Mauv", 5))))
        .isInstanceOf(SurveyException.class)
        .hasMessageContaining("dataset.options: 'Mauv' is an option of no question in " + file);
  }

  private static DatasetSpec survey(Map<String, Integer> options) {
    return new DatasetSpec(null, "survey.csv", null, "A", null, null, options, null, null, null);
  }

  @Test
  void aRepeatedQuestionIsMergedAndItsSharesAreAveraged() throws IOException {
    GroupSurvey survey =
        read(
            row("Is it fine?", "{'A': [0.6, 0.4]}", "['Yes', 'No']"),
            row("is it  FINE", "{'A': [0.8, 0.2]}", "['Yes', 'No']"),
            row("Is it fine?", "{'A': [0.8, 0.2]}", "['Yes', 'Nope, not']"));

    assertThat(survey.questions()).hasSize(1);
    assertThat(survey.questions().get(0).beliefs().of(4)).isCloseTo(0.7, within(1e-12));
    assertThat(survey.merged())
        .containsExactly(new RowNote(2, "is it  FINE", "merged into row 1", "A"));
    assertThat(survey.refused())
        .containsExactly(
            new RowNote(3, "Is it fine?", "asks the question of row 1 with other options", "A"));
  }

  @Test
  void everyRowIsAccountedFor() throws IOException {
    GroupSurvey survey =
        read(
            row("One?", "{'A': [0.6, 0.4]}", "['Yes', 'No']"),
            row("Two?", "{'B': [0.6, 0.4]}", "['Yes', 'No']"),
            row("One?", "{'A': [0.6, 0.4]}", "['Yes', 'No']"),
            row("Three?", "{'A': [0.6, 0.1]}", "['Yes', 'No']"));

    assertThat(survey.rows())
        .isEqualTo(
            survey.withoutGroup()
                + survey.merged().size()
                + survey.refused().size()
                + survey.questions().size())
        .isEqualTo(4);
  }

  @Test
  void aQuestionHasTheSameIdForEveryGroup() throws IOException {
    Path file = file(row("Fine?", "{'A': [0.5, 0.5], 'B': [0.1, 0.9]}", "['Yes', 'No']"));

    assertThat(GroupSurvey.read(file, "A").questions().get(0).id())
        .isEqualTo(GroupSurvey.read(file, "B").questions().get(0).id())
        .matches("q-[0-9a-f]{10}");
  }

  @Test
  void aMissingGroupIsToldWithTheGroupsThatAreThere() {
    assertThatThrownBy(() -> GroupSurvey.read(SAMPLE, "Moon"))
        .isInstanceOf(SurveyException.class)
        .hasMessageContaining("no group 'Moon'; its groups are [Harbor, Hilltop, Riverside]");
  }

  @Test
  void each_of_several_groups_has_its_own_account_of_one_file() throws IOException {
    Path file =
        file(
            row("Fine?", "{'A': [0.6, 0.4], 'B': [0.1, 0.9]}", "['Yes', 'No']"),
            row("Good?", "{'A': [0.6, 0.4], 'B': [0.1, 0.1]}", "['Yes', 'No']"),
            row("Well?", "{'B': [0.1, 0.9]}", "['Yes', 'No']"),
            row("Bad?", "{'A': [0.5, 0.5], 'B': [None, 0.5]}", "['Yes', 'No']"),
            row("Bad?", "no dictionary", "['Yes', 'No']"));

    List<GroupSurvey> read = GroupSurvey.read(file, of(null, "B", "A"));

    assertThat(read).extracting(GroupSurvey::group).containsExactly("B", "A");
    GroupSurvey b = read.get(0);
    assertThat(b.questions()).extracting(GroupQuestion::text).containsExactly("Fine?", "Well?");
    assertThat(b.questions().get(0).beliefs().of(2)).isCloseTo(0.9, within(1e-12));
    assertThat(b.refused()).extracting(RowNote::row).containsExactly(2L, 4L, 5L);
    assertThat(b.refused()).extracting(RowNote::group).containsExactly("B", "B", null);
    GroupSurvey a = read.get(1);
    assertThat(a.questions())
        .extracting(GroupQuestion::text)
        .containsExactly("Fine?", "Good?", "Bad?");
    assertThat(a.refused()).extracting(RowNote::row).containsExactly(5L);
    assertThat(a.withoutGroup()).isEqualTo(1);
    assertThat(read)
        .allSatisfy(
            account ->
                assertThat(account.rows())
                    .isEqualTo(
                        account.withoutGroup()
                            + account.refused().size()
                            + account.merged().size()
                            + account.questions().size()));
    assertThatThrownBy(() -> GroupSurvey.read(file, of(null, "A", "C")))
        .hasMessageContaining("has no group 'C'; its groups are [A, B]");
    assertThatThrownBy(() -> GroupSurvey.read(file, of("country")))
        .isInstanceOf(SurveyException.class)
        .hasMessageContaining("its groups stand in the column 'selections'");
  }

  @Test
  void a_survey_may_have_a_row_for_each_question_and_group() throws IOException {
    Path file =
        table(
            "qkey;country;question;responses;options",
            "q1;Chad;Fine?;[0.6, 0.4];['Yes', 'No']",
            "q1;Peru;Fine?;[0.2, 0.8];['Yes', 'No']",
            "q2;Peru;Good?;[20, 80];['Yes', 'No']",
            "q2;;Good?;[20, 80];['Yes', 'No']");

    List<GroupSurvey> all = GroupSurvey.read(file, of("country"));

    assertThat(all).extracting(GroupSurvey::group).containsExactly("Chad", "Peru");
    assertThat(all.get(0).questions()).extracting(GroupQuestion::text).containsExactly("Fine?");
    assertThat(all.get(0).withoutGroup()).isEqualTo(2);
    assertThat(all.get(1).questions().get(1).beliefs().of(2)).isCloseTo(0.8, within(1e-12));
    assertThat(all.get(1).refused())
        .singleElement()
        .satisfies(note -> assertThat(note.note()).contains("field 'country' is empty"));
    assertThat(GroupSurvey.read(file, of("country", "Peru"))).isEqualTo(all.subList(1, 2));
    assertThatThrownBy(() -> GroupSurvey.read(file, of("country", "Mali")))
        .hasMessageContaining("has no group 'Mali'; its groups are [Chad, Peru]");
    assertThatThrownBy(() -> GroupSurvey.read(file, of("land")))
        .hasMessageContaining("has no column 'land'; it has [qkey, country, question");
    assertThatThrownBy(() -> GroupSurvey.read(file, of(null, "Peru")))
        .hasMessageContaining("no column 'group'")
        .hasMessageContaining("dataset.by");
  }

  @Test
  void an_attribute_chooses_one_way_to_part_the_same_people() throws IOException {
    Path file =
        table(
            "attribute|group|question|responses|options|refusal_rate|ordinal",
            "POLPARTY|Democrat|Fine?|[0.6, 0.4]|['Yes', 'No']|0.01|[1.0, 2.0]",
            "POLPARTY|Republican|Fine?|[0.3, 0.7]|['Yes', 'No']|0.01|[1.0, 2.0]",
            "SEX|Male|Fine?|[0.5, 0.5]|['Yes', 'No']|0.01|[1.0, 2.0]");

    assertThat(GroupSurvey.read(file, of("POLPARTY")))
        .extracting(GroupSurvey::group)
        .containsExactly("Democrat", "Republican");
    assertThat(GroupSurvey.read(file, of(null, "Male", "Democrat")))
        .extracting(GroupSurvey::group)
        .containsExactly("Male", "Democrat");
    assertThatThrownBy(() -> GroupSurvey.read(file, of("AGE")))
        .hasMessageContaining("no attribute 'AGE'; its attributes are [POLPARTY, SEX]");
  }

  private Path table(String... lines) throws IOException {
    return Files.writeString(folder.resolve("rows.csv"), String.join("\n", lines));
  }

  private static DatasetSpec of(String by, String... groups) {
    return new DatasetSpec(
        null,
        "survey.csv",
        null,
        null,
        null,
        null,
        null,
        groups.length == 0 ? null : List.of(groups),
        by,
        null);
  }

  @Test
  void questionsThatDifferInSymbolsAreDifferentAndPunctuationIsNot() throws IOException {
    String share = "{'A': [0.6, 0.4]}";
    List<String> different =
        List.of(
            "Do you like \uD83C\uDF4E?",
            "Do you like \uD83C\uDF4C?",
            "Do you like C?",
            "Do you like C++?",
            "Do you like C#?",
            "Is 5 cold?",
            "Is -5 cold?",
            "Do you like NET?",
            "Do you like .NET?",
            "Is 1.5 a lot?",
            "Is 15 a lot?",
            "Do you like caf\u00E9?");
    List<String> same = List.of("do you like: caf\u0065\u0301 ...", "Is 5\u00A0cold");

    GroupSurvey survey =
        read(
            Stream.concat(different.stream(), same.stream())
                .map(question -> row(question, share, "['Yes', 'No']"))
                .toArray(String[]::new));

    assertThat(survey.questions()).extracting(GroupQuestion::text).isEqualTo(different);
    assertThat(survey.merged()).extracting(RowNote::row).containsExactly(13L, 14L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ???           | {'A': [0.5, 0.5]} | ['Yes', 'No']        | field 'question' holds no word
          Bad?          | {'A': [0.5, 0.5]} | ['Yes\\ud83d', 'No'] | field 'options' holds half of a surrogate pair
          Bad?          | {'A': [0.5, 0.5]} | ['\\x1b[31mYes', 'No'] | field 'options' holds the control character (U+001B)
          Bad?          | {'A': [None, 1]}  | ['Yes', 'No']        | must hold numbers, holds None
          """)
  void onlyTheRowIsRefused(String question, String selections, String options, String reason)
      throws IOException {
    GroupSurvey survey =
        read(
            row("Good?", "{'A': [0.5, 0.5]}", "['Yes', 'No']"), row(question, selections, options));

    assertThat(survey.questions()).hasSize(1);
    assertThat(survey.refused()).extracting(RowNote::row).containsExactly(2L);
    assertThat(survey.refused().get(0).note()).contains(reason);
  }

  @Test
  void aNestedListAndHalfAPairInTheFileCostOnlyTheirRows() throws IOException {
    Path file =
        file(
            row("Deep?", "{'A': [0.5, 0.5]}", "[".repeat(20_000)),
            row("Half @@@?", "{'A': [0.5, 0.5]}", "['Yes', 'No']"),
            row("Good?", "{'A': [0.5, 0.5]}", "['Yes', 'No']"));
    byte[] bytes = Files.readAllBytes(file);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("@@@");
    System.arraycopy(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0xBD}, 0, bytes, at, 3);
    Files.write(file, bytes);

    GroupSurvey survey = GroupSurvey.read(file, "A");

    assertThat(survey.questions()).extracting(GroupQuestion::text).containsExactly("Good?");
    assertThat(survey.refused().get(0).note()).contains("nested more than 20 deep");
    assertThat(survey.refused().get(1).note()).contains("half of a surrogate pair (U+D83D)");
  }

  @Test
  void anotherGroupsGapDoesNotConcernThisOne() throws IOException {
    GroupSurvey survey =
        read(row("Fine?", "{'B': [None, 'x'], 'C\\x1b': 5, 'A': [0.5, 0.5]}", "['Yes', 'No']"));

    assertThat(survey.refused()).isEmpty();
    assertThat(survey.questions()).hasSize(1);
  }

  @Test
  void aNameIsTheSameHoweverItsAccentsAreEncoded() throws IOException {
    Path file =
        file(
            row(
                "Fine?",
                "defaultdict(<class 'list'>, {'Tu\u0308rkiye': [0.5, 0.5], \"\"C\u00F4te d'Ivoire\"\": [0.1,"
                    + " 0.9]})",
                "['Yes', 'No']"));

    assertThat(GroupSurvey.read(file, "T\u00FCrkiye").questions()).hasSize(1);
    assertThat(GroupSurvey.read(file, "Co\u0302te d'Ivoire").questions()).hasSize(1);
  }

  @Test
  void ofManyGroupsOnlyTheNearestAreNamed() throws IOException {
    String groups =
        IntStream.range(0, 40_000)
            .mapToObj(i -> "'Region " + i + "': [0.5, 0.5]")
            .collect(Collectors.joining(", ", "{", "}"));
    Path file = file(row("Fine?", groups, "['Yes', 'No']"));

    assertThatThrownBy(() -> GroupSurvey.read(file, "region 12345x"))
        .isInstanceOf(SurveyException.class)
        .hasMessageContaining("the nearest of its 40,000 groups are [Region 12345")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400));
  }

  @ParameterizedTest
  @ValueSource(strings = {",", ";", "\t", "|"})
  void columns_are_separated_as_in_the_header_behind_a_byte_order_mark_or_none(String separator)
      throws IOException {
    String selections = "{'A': [0.5, 0.3, 0.2]}";
    String options = "['Yes, %s', 'No', \"\"Don't; know|\"\"]".formatted(separator);
    String survey =
        String.join(separator, "source", "question", "selections", "options")
            + "\r\n"
            + String.join(separator, "", "Fine?", quoted(selections), quoted(options))
            + "\r\n";

    for (String mark : List.of("", "\uFEFF", "\r\n")) {
      Path file = Files.writeString(folder.resolve("separated.csv"), mark + survey);

      GroupSurvey read = GroupSurvey.read(file, "A");

      assertThat(read.refused()).isEmpty();
      assertThat(read.questions().get(0).text()).isEqualTo("Fine?");
      assertThat(read.questions().get(0).answers())
          .extracting(GroupQuestion.Answer::option)
          .containsExactly(("Yes, " + separator).strip(), "No", "Don't; know|");
    }
  }

  private static String quoted(String text) {
    return "\"" + text + "\"";
  }

  @Test
  void a_row_with_more_fields_than_the_header_is_told_whatever_separates_them() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("semi.csv"),
            "question;selections;options\nFine?;{'A': [0.5, 0.5]};['Yes', 'No'];more\n"
                + "Good?;{'A': [0.5, 0.5]};['Yes', 'No']\n");

    assertThat(GroupSurvey.read(file, "A").refused())
        .singleElement()
        .satisfies(note -> assertThat(note.note()).contains("has 4 fields, the header 3"));
  }

  @Test
  void nothingIsQuotedOfAFileThatIsNoSurvey() throws IOException {
    for (String content : List.of("secret:x:0:0::/root\n", "\"secret", "secret,b\nsecret,c,d\n")) {
      Path file = Files.writeString(folder.resolve("passwd"), content);

      assertThatThrownBy(() -> GroupSurvey.read(file, "A"))
          .isInstanceOf(SurveyException.class)
          .satisfies(e -> assertThat(e.getMessage()).contains("passwd").doesNotContain("secret"));
    }
  }

  private GroupSurvey read(String... rows) throws IOException {
    return GroupSurvey.read(file(rows), "A");
  }

  private Path file(String... rows) throws IOException {
    return Files.writeString(
        folder.resolve("survey.csv"),
        "question,selections,options,source\n" + String.join("\n", List.of(rows)) + "\n");
  }

  private static String row(String question, String selections, String options) {
    return "\"%s\",\"%s\",\"%s\",test".formatted(question, selections, options);
  }
}
