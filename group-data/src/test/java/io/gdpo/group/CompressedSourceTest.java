package io.gdpo.group;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.airlift.compress.zstd.ZstdOutputStream;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.group.survey.GroupSurvey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Surveys and examples may come compressed by gzip or zstd. */
class CompressedSourceTest {
  private static final String SURVEY =
      "question,selections,options\nFine?,\"{'A': [0.5, 0.5]}\",\"['Yes', 'No']\"\n";

  private static final String EXAMPLES =
      IntStream.range(0, 200)
          .mapToObj(
              """
              {"prompt": "Q%d?", "options": ["Yes", "No"], "accept_choice_id": 4, \
              "accept_choice": "Yes", "accept_response": "Sure.", "reject_choice_id": 2, \
              "reject_choice": "No", "reject_response": "Never.", \
              "probabilities": [0, 0, 0.25, 0, 0.75, 0]}"""
                  ::formatted)
          .collect(Collectors.joining("\n"));

  @TempDir private Path folder;

  @Test
  void a_survey_is_read_as_if_it_were_not_compressed() throws IOException {
    Path plain = Files.writeString(folder.resolve("survey.csv"), SURVEY);

    GroupSurvey read = GroupSurvey.read(gzip("survey.csv.gz", "\uFEFF" + SURVEY), "A");

    assertThat(read).isEqualTo(GroupSurvey.read(plain, "A"));
  }

  @Test
  void so_are_examples_in_a_file_and_in_a_folder() throws IOException {
    Path plain = Files.writeString(folder.resolve("pairs.jsonl"), EXAMPLES);
    List<PreferenceExample> expected = examples(plain);
    assertThat(expected).hasSize(200);

    assertThat(examples(gzip("pairs.jsonl.gz", EXAMPLES))).isEqualTo(expected);
    assertThat(examples(gzip("pairs.json.gz", "[" + EXAMPLES.replace("}\n", "},") + "]")))
        .isEqualTo(expected);
    Path splits = Files.createDirectory(folder.resolve("splits"));
    for (String split : List.of("train", "eval", "test")) {
      Files.copy(folder.resolve("pairs.jsonl.gz"), splits.resolve(split + ".jsonl.gz"));
    }
    assertThat(examples(splits)).hasSize(600);
    assertThat(Sources.files(splits)).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 12, 100, -5, -1})
  void one_that_ends_too_early_is_told(int length) throws IOException {
    Path whole = gzip("pairs.jsonl.gz", EXAMPLES);
    byte[] bytes = Files.readAllBytes(whole);
    Files.write(whole, Arrays.copyOf(bytes, length < 0 ? bytes.length + length : length));

    assertThatThrownBy(() -> examples(whole))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining(whole.toString())
        .hasMessageMatching(".*(ends too early; was it copied whole|is none, or is damaged).*");
  }

  @Test
  void a_damaged_one_is_told() throws IOException {
    Path damaged = gzip("survey.csv.gz", SURVEY.repeat(50));
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[bytes.length - 6] ^= 0x55;
    Files.write(damaged, bytes);

    assertThatThrownBy(() -> GroupSurvey.read(damaged, "A"))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining(damaged + " begins as gzip but is none, or is damaged");
  }

  @Test
  void one_that_holds_more_than_is_read_is_refused_before_it_is_unpacked_whole()
      throws IOException {
    Path bomb = folder.resolve("pairs.jsonl.gz");
    try (OutputStream zipped = new GZIPOutputStream(Files.newOutputStream(bomb))) {
      zipped.write(new byte[4 << 20]);
    }

    assertThat(Files.size(bomb)).isLessThan(10_000);
    assertThatThrownBy(() -> examples(bomb))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("line 1 is longer than 1,000,000 characters");
  }

  @Test
  void parquet_is_compressed_already() throws IOException {
    Path file = gzip("pairs.parquet.gz", "PAR1");

    assertThatThrownBy(() -> examples(file))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining(
            "none of .jsonl, .json, .csv, .tsv (also as .gz or .zst) and .parquet");
  }

  @Test
  void zstd_is_read_too_whatever_the_file_is_called() throws IOException {
    Path plain = Files.writeString(folder.resolve("pairs.jsonl"), EXAMPLES);

    assertThat(examples(zstd("pairs.jsonl.zst", EXAMPLES))).isEqualTo(examples(plain));
    Path survey = Files.writeString(folder.resolve("survey.csv"), SURVEY);
    assertThat(GroupSurvey.read(zstd("zipped.csv", SURVEY), "A"))
        .isEqualTo(GroupSurvey.read(survey, "A"));
    Path splits = Files.createDirectory(folder.resolve("splits"));
    Files.copy(folder.resolve("pairs.jsonl.zst"), splits.resolve("train.jsonl.zst"));
    assertThat(Sources.files(splits)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 12, 100, -5, -1})
  void zstd_that_ends_too_early_is_told(int length) throws IOException {
    Path whole = zstd("pairs.jsonl.zst", EXAMPLES);
    byte[] bytes = Files.readAllBytes(whole);
    Files.write(whole, Arrays.copyOf(bytes, length < 0 ? bytes.length + length : length));

    assertThatThrownBy(() -> examples(whole))
        .isInstanceOf(DatasetException.class)
        .hasMessage(whole + " is zstd that ends too early; was it copied whole?");
  }

  @Test
  void damaged_zstd_is_told() throws IOException {
    Path damaged = zstd("survey.csv.zst", SURVEY.repeat(50));
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[bytes.length - 2] ^= 0x55; // of the checksum
    Files.write(damaged, bytes);

    assertThatThrownBy(() -> GroupSurvey.read(damaged, "A"))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining(damaged + " begins as zstd but is none, or is damaged");
  }

  private Path zstd(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream zipped = new ZstdOutputStream(Files.newOutputStream(file))) {
      zipped.write(text.getBytes(UTF_8));
    }
    return file;
  }

  private static List<PreferenceExample> examples(Path source) {
    PreferenceDataset dataset = Collected.examples(source, 0);
    return Stream.of(Split.values()).flatMap(split -> dataset.of(split).stream()).toList();
  }

  private Path gzip(String name, String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream zipped = new GZIPOutputStream(bytes)) {
      zipped.write(text.getBytes(UTF_8));
    }
    return Files.write(folder.resolve(name), bytes.toByteArray());
  }
}
