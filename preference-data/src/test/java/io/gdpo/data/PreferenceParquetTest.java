package io.gdpo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.data.Votes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreferenceParquetTest {
  @TempDir Path folder;

  @Test
  void examplesComeBackExactlyAndInOrder() {
    List<PreferenceExample> examples =
        IntStream.range(0, 5000)
            .mapToObj(
                i ->
                    Examples.example(
                        i + " \"quoted\" 'single' \\ back\nline\ttab \u0001",
                        i % 2 == 0 ? "" : "schön 很好 🙂",
                        "<a> > b, {c} [d]",
                        "null"))
            .toList();
    Path file = folder.resolve("it's.parquet");

    PreferenceParquet.write(file, examples);

    assertThat(PreferenceParquet.read(file)).isEqualTo(examples);
    assertThat(folder.toFile().list()).containsExactly("it's.parquet");
  }

  @ParameterizedTest
  @ValueSource(strings = {"seed=1", "style=2/a*b", "what?", "[x]", "it's [x"})
  void aFolderOfAnyNameIsOnlyAFolder(String name) throws IOException {
    Path inside = Files.createDirectories(folder.resolve(name));
    Files.createDirectories(folder.resolve("x"));
    Path file = inside.resolve(inside.getFileName() + ".parquet");

    PreferenceParquet.write(file, List.of(Examples.BUSES));

    assertThat(PreferenceParquet.read(file)).containsExactly(Examples.BUSES);
  }

  @Test
  void a_group_is_kept_and_files_of_versions_before_name_none() throws SQLException {
    PreferenceExample ofPeru = Examples.BUSES.of("Per\u00FA", "");
    Path file = folder.resolve("of-peru.parquet");
    PreferenceParquet.write(file, List.of(ofPeru));
    Path before = folder.resolve("before.parquet");
    try (Connection duckdb = DuckDb.open();
        Statement statement = duckdb.createStatement()) {
      statement.execute(
          "COPY (SELECT * EXCLUDE (\"group\", votes_chosen, votes_rejected, votes_tied) FROM "
              + DuckDb.parquet(file)
              + ") TO "
              + DuckDb.literal(before)
              + " (FORMAT parquet)");
    }

    assertThat(PreferenceParquet.read(file)).containsExactly(ofPeru);
    assertThat(PreferenceParquet.read(before)).containsExactly(ofPeru.of("", ""));
  }

  @Test
  void examples_of_every_kind_come_back_as_they_were() {
    PreferenceExample pair =
        PreferenceExample.ofPair(
            "\n\nHuman: Fine?\n\nAssistant:", "shp", " Yes.", " No.", "askbaking");
    Path file = folder.resolve("pairs.parquet");

    PreferenceExample voted =
        PreferenceExample.ofVotes("Tea?", "votes", "Yes.", "No.", new Votes(3, 1, 0), "");

    PreferenceExample good = PreferenceExample.ofJudged("Tea?", "unpaired", "Yes.", true, "");
    PreferenceExample bad = PreferenceExample.ofJudged("Tea?", "unpaired", "No.", false, "Peru");

    PreferenceParquet.write(file, List.of(pair, Examples.BUSES, voted, good, bad));

    assertThat(PreferenceParquet.read(file))
        .containsExactly(pair, Examples.BUSES, voted, good, bad);
    assertThat(PreferenceParquet.read(file).get(0).hasBeliefs()).isFalse();
  }

  @Test
  void probabilitiesKeepEveryBit() {
    List<Double> probabilities = List.of(0.1, 1.0 / 3, 2e-17, 0.0, 1 - 0.1 - 1.0 / 3, 0.0);
    PreferenceExample bus = Examples.BUSES;
    PreferenceExample example =
        PreferenceExample.ofOpinion(
            bus.questionId(),
            bus.style(),
            bus.prompt(),
            bus.context(),
            bus.opinion().options(),
            bus.opinion().chosen().number(),
            bus.opinion().chosen().option(),
            bus.chosen(),
            bus.opinion().rejected().number(),
            bus.opinion().rejected().option(),
            bus.rejected(),
            probabilities,
            false);
    Path file = folder.resolve("p.parquet");

    PreferenceParquet.write(file, List.of(example));

    assertThat(PreferenceParquet.read(file).get(0).opinion().probabilities())
        .isEqualTo(probabilities);
  }

  @Test
  void aDatasetFolderComesBackAsItsThreeSplits() {
    List<PreferenceExample> one = List.of(Examples.BUSES);
    PreferenceDataset dataset =
        new PreferenceDataset(one, one, List.of(Examples.BUSES, Examples.BUSES));

    dataset.write(folder);

    assertThat(PreferenceDataset.read(folder)).isEqualTo(dataset);
    assertThat(PreferenceDataset.read(folder, Split.TEST)).hasSize(2);
  }

  @Test
  void anEmptySplitAndAMissingSplitAreNamed() {
    PreferenceParquet.write(folder.resolve("train.parquet"), List.of(Examples.BUSES));
    PreferenceParquet.write(folder.resolve("eval.parquet"), List.of());

    assertThatThrownBy(() -> PreferenceDataset.read(folder, Split.EVAL))
        .isInstanceOf(PreferenceDataException.class)
        .hasMessageContaining("eval.parquet holds no example");
    assertThatThrownBy(() -> PreferenceDataset.read(folder, Split.TEST))
        .isInstanceOf(PreferenceDataException.class)
        .hasMessageContaining("test.parquet");
  }

  @Test
  void aFileThatIsNotParquetIsRefusedByName() throws IOException {
    Path file = Files.writeString(folder.resolve("train.parquet"), "prompt,response\nno,parquet\n");

    assertThatThrownBy(() -> PreferenceParquet.read(file))
        .isInstanceOf(PreferenceDataException.class)
        .hasMessageContaining("train.parquet")
        .hasMessageContaining("Parquet");
  }

  @Test
  void aMissingColumnIsNamedAndTheOthersAreListed() throws SQLException {
    Path file = parquet("SELECT 'q' AS question_id, 'x' AS prompt");

    assertThatThrownBy(() -> PreferenceParquet.read(file))
        .isInstanceOf(PreferenceDataException.class)
        .hasMessageContaining("no column 'style'")
        .hasMessageContaining("[prompt, question_id]");
  }

  @Test
  void anEmptyValueIsNamedByFileRowAndField() throws SQLException {
    PreferenceParquet.write(
        folder.resolve("good.parquet"), List.of(Examples.BUSES, Examples.BUSES));
    Path file =
        parquet(
            "SELECT * REPLACE (CASE WHEN row_number() OVER () = 2 THEN NULL ELSE accept_choice END"
                + " AS accept_choice) FROM read_parquet('"
                + folder.resolve("good.parquet")
                + "')");

    assertThatThrownBy(() -> PreferenceParquet.read(file))
        .isInstanceOf(PreferenceDataException.class)
        .hasMessageContaining("made.parquet, row 2, field 'accept_choice': has no value");
  }

  @Test
  void aBeliefClassOutsideTheSixIsNamedByFileRowAndField() throws SQLException {
    PreferenceParquet.write(folder.resolve("good.parquet"), List.of(Examples.BUSES));
    Path file =
        parquet(
            "SELECT * REPLACE (9 AS reject_choice_id) FROM read_parquet('"
                + folder.resolve("good.parquet")
                + "')");

    assertThatThrownBy(() -> PreferenceParquet.read(file))
        .isInstanceOf(PreferenceDataException.class)
        .hasMessageContaining("made.parquet, row 1, field 'reject_choice_id'")
        .hasMessageContaining("is 9");
  }

  private Path parquet(String select) throws SQLException {
    Path file = folder.resolve("made.parquet");
    try (Connection duckdb = DuckDb.open();
        Statement statement = duckdb.createStatement()) {
      statement.execute("COPY (" + select + ") TO '" + file + "' (FORMAT parquet)");
    }
    return file;
  }
}
