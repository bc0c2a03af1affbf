package io.gdpo.group;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
