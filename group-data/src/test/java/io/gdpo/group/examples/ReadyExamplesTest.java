package io.gdpo.group.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.data.DuckDb;
import io.gdpo.data.OpinionTemplate;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.data.PreferenceParquet;
import io.gdpo.group.Collected;
import io.gdpo.group.DatasetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadyExamplesTest {
  private static final String GOOD =
      """
      {"prompt": "Q%d?", "context": "Hi.", "options": ["Yes", "No"], "accept_choice_id": 4, \
      "accept_choice": "Yes", "accept_response": "Sure.", "reject_choice_id": 2, \
      "reject_choice": "No", "reject_response": "Never.", \
      "probabilities": [0, 0, 0.25, 0, 0.75, 0], "majority": 1}""";

  @TempDir Path folder;

  @Test
  void aFolderOfSplitsIsTakenAsItIsInEveryFormat() throws IOException {
    write("train.jsonl", GOOD.formatted(1) + "\n\n" + GOOD.formatted(2));
    write("validation.json", "[" + GOOD.formatted(3) + "]");
    PreferenceExample example = Collected.examples(jsonl(10), 0).test().get(0);
    PreferenceParquet.write(folder.resolve("test-00000-of-00001.parquet"), List.of(example));

    PreferenceDataset dataset = Collected.examples(folder, 0);

    assertThat(dataset.train()).hasSize(2);
    assertThat(dataset.eval()).hasSize(1);
    assertThat(dataset.test()).containsExactly(example);
    PreferenceExample first = dataset.train().get(0);
    assertThat(
            OpinionTemplate.response(
                first.opinion().chosen().number(),
                first.opinion().chosen().option(),
                first.chosen()))
        .isEqualTo("4<Yes>Sure.");
    assertThat(first.opinion().majority()).isTrue();
    assertThat(first.questionId()).isEqualTo("Q1?");
  }

  @Test
  void parquetWithoutTheOptionalColumnsIsRead() throws IOException, SQLException {
    Path json = write("rows.json", "[" + GOOD.formatted(1).replace(", \"majority\": 1", "") + "]");
    for (String split : List.of("train", "eval", "test")) {
      parquet(json, split + ".parquet");
    }

    assertThat(Collected.examples(folder, 0).train().get(0).opinion().majority()).isTrue();
  }

  @Test
  void oneFileIsSplitByPromptAndBySeed() throws IOException {
    Path file = jsonl(100);

    PreferenceDataset dataset = Collected.examples(file, 7);

    assertThat(dataset.train()).hasSize(240);
    assertThat(dataset.eval()).hasSize(30);
    assertThat(dataset.test()).hasSize(30);
    Set<String> seen = new HashSet<>();
    for (Split split : Split.values()) {
      Set<String> prompts =
          dataset.of(split).stream().map(PreferenceExample::prompt).collect(Collectors.toSet());
      assertThat(seen).doesNotContainAnyElementsOf(prompts);
      seen.addAll(prompts);
    }
    assertThat(Collected.examples(file, 7)).isEqualTo(dataset);
    assertThat(Collected.examples(file, 8)).isNotEqualTo(dataset);
  }

  @Test
  void aWholeNumberWithAPointIsAClassAndTheIndexOfPandasIsNoField() throws IOException {
    String line =
        GOOD.replace("\"accept_choice_id\": 4", "\"accept_choice_id\": 4.0, \"Unnamed: 0\": 3")
            .replace("{\"prompt\"", "{\"__index_level_0__\": 7, \"prompt\"");
    Path file =
        write(
            "pairs.jsonl",
            IntStream.range(0, 9).mapToObj(line::formatted).collect(Collectors.joining("\n")));

    assertThat(Collected.examples(file, 0).train().get(0).opinion().chosen().number()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pairs.jsonl", "pairs.json"})
  void aByteOrderMarkIsSkipped(String name) throws IOException {
    String lines = Files.readString(jsonl(5));
    Path file =
        write(name, "\uFEFF" + (name.endsWith("l") ? lines : "[" + lines.replace("\n", ",") + "]"));

    assertThat(Collected.examples(file, 0).train()).hasSize(9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x.jsonl", "x.json", "x.csv", "x.parquet", "test.json"})
  void nothingIsQuotedOfAFileThatIsNoneOfOurs(String name) throws IOException {
    for (String content :
        List.of(
            "secret:x:0:0::/root:/bin/sh\n",
            "secret,secret,b\nsecret,c",
            "\"secret",
            "{\"secret\": \"secret\"}\n",
            "[\"secret\"]\n",
            "\"secret\"\n",
            "[{\"secret\": 1}]")) {
      Path file = write(name, content);

      assertThatThrownBy(() -> Collected.examples(file, 0))
          .isInstanceOf(DatasetException.class)
          .satisfies(e -> assertThat(e.getMessage()).contains(name).doesNotContain("secret"));
    }
  }

  @Test
  void parquetIsReadInAFolderOfAnyName() throws IOException, SQLException {
    Path odd = Files.createDirectories(folder.resolve("style=1").resolve("a*[b]?"));
    Path json = write("rows.json", "[" + GOOD.formatted(1) + "]");
    for (String split : List.of("train", "eval", "test")) {
      parquet(json, split + ".parquet");
      Files.move(folder.resolve(split + ".parquet"), odd.resolve(split + ".parquet"));
    }

    assertThat(Collected.examples(odd, 0).train().get(0).style()).isEqualTo("given");
  }

  @Test
  void anEmptySplitAndAMissingSplitAreRefusedByName() throws IOException {
    write("train.jsonl", GOOD.formatted(1));
    write("eval.jsonl", "\n");

    assertThatThrownBy(() -> Collected.examples(folder, 0))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("eval.jsonl holds no example");

    write("eval.jsonl", GOOD.formatted(1));
    assertThatThrownBy(() -> Collected.examples(folder, 0))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("no file for the split 'test'");
  }

  @Test
  void an_example_is_of_the_group_that_its_field_says() throws IOException {
    String peru = GOOD.replace("}", ", \"country\": \"Peru\"}");
    String chad =
        GOOD.replace("[0, 0, 0.25, 0, 0.75, 0]", "[0, 0, 0.75, 0, 0.25, 0]")
            .replace("}", ", \"country\": \"Chad\"}");
    write("train.jsonl", peru.formatted(1) + "\n" + chad.formatted(1));
    write("eval.jsonl", peru.formatted(2) + "\n" + chad.formatted(2));
    write("test.jsonl", peru.formatted(3));

    assertThat(Collected.examples(by("country")).train())
        .extracting(PreferenceExample::group)
        .containsExactly("Peru", "Chad");
    assertThat(Collected.examples(by("country", "Peru")).eval())
        .extracting(PreferenceExample::group)
        .containsExactly("Peru");
    assertThatThrownBy(() -> Collected.examples(by("country", "Peru", "Mali")))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("no example is of the group 'Mali' in the field 'country'")
        .hasMessageContaining("[Peru]")
        .hasMessageContaining("[Chad]");
    assertThatThrownBy(() -> Collected.examples(by("land")))
        .hasMessageContaining("line 1, field 'land': is missing or empty");
    assertThatThrownBy(() -> Collected.examples(by(null)))
        .hasMessageContaining("unknown field 'country'");
    write("train.jsonl", peru.formatted(1) + "\n" + chad.replace("Chad", "Peru").formatted(1));
    assertThatThrownBy(() -> Collected.examples(by("country")))
        .hasMessageContaining("question 'Q1?' of the group 'Peru' has two different distributions");
  }

  @Test
  void examples_that_name_no_group_are_of_the_one_that_is_asked_for() throws IOException {
    Path file = jsonl(10);

    assertThat(Collected.examples(file, 0).train().get(0).group()).isEmpty();
    assertThat(Collected.examples(spec(file, "Peru", null)).train().get(0).group())
        .isEqualTo("Peru");
    assertThat(Collected.examples(spec(file, null, List.of("Peru"))).train().get(0).group())
        .as("one group, however it is asked for")
        .isEqualTo("Peru");
    assertThatThrownBy(() -> Collected.examples(spec(file, null, List.of("Peru", "Chad"))))
        .hasMessageContaining("line 1, field 'group': is missing")
        .hasMessageContaining("dataset.by");
  }

  private DatasetSpec by(String field, String... groups) {
    return new DatasetSpec(
        null,
        null,
        folder.toString(),
        null,
        null,
        null,
        null,
        groups.length == 0 ? null : List.of(groups),
        field,
        null);
  }

  private static DatasetSpec spec(Path file, String group, List<String> groups) {
    return new DatasetSpec(
        null, null, file.toString(), group, null, null, null, groups, null, null);
  }

  private Path jsonl(int prompts) throws IOException {
    return write(
        "pairs.jsonl",
        IntStream.range(0, 3 * prompts)
            .mapToObj(i -> GOOD.formatted(i / 3))
            .collect(Collectors.joining("\n")));
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private void parquet(Path json, String name) throws SQLException {
    try (Connection duckdb = DuckDb.open();
        Statement statement = duckdb.createStatement()) {
      statement.execute(
          "COPY (SELECT * FROM read_json('%s')) TO '%s' (FORMAT parquet)"
              .formatted(json, folder.resolve(name)));
    }
  }
}
