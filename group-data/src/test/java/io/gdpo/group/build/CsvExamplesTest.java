package io.gdpo.group.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.Digests;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.data.RecordLayout;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.group.Collected;
import io.gdpo.group.Records;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ready examples as CSV: a cell is what the field is in JSON. */
class CsvExamplesTest {
  /** A text with all that a CSV must quote, and with what it must not take for something else. */
  private static final String TEXT = "  a, b; c|d\\te \\\"f\\\"\\r\\ng\\n\\n\u00e9 \uD83C\uDF4E ";

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void a_record_of_any_layout_is_the_same_in_every_format(RecordLayout layout) throws IOException {
    List<String> records = records(layout);
    PreferenceDataset expected = read("x.jsonl", String.join("\n", records), layout);
    assertThat(expected.train()).hasSizeGreaterThanOrEqualTo(10);

    for (String separator : List.of(",", ";", "\t", "|")) {
      assertThat(read("x.csv", Records.csv(records, separator), layout)).isEqualTo(expected);
    }
    assertThat(read("x.tsv", Records.csv(records, "\t"), null)).isEqualTo(expected);
    Path parquet = Records.parquet(records, "*", folder.resolve("x.parquet"));
    assertThat(Collected.examples(spec(parquet, layout))).isEqualTo(expected);
  }

  @Test
  void the_same_examples_are_the_same_dataset_to_the_byte() throws IOException {
    List<String> records = records(RecordLayout.OPINIONS);
    List<String> expected = built(write("x.jsonl", String.join("\n", records)));

    assertThat(built(write("x.csv", Records.csv(records, ",")))).isEqualTo(expected);
    assertThat(built(Records.parquet(records, "*", folder.resolve("x.parquet"))))
        .isEqualTo(expected);
  }

  /** Records that are all taken, with three prompts at least. */
  private static List<String> records(RecordLayout layout) {
    String record =
        switch (layout) {
          case OPINIONS ->
              "{'prompt': '%d', 'context': '@', 'options': ['Yes, @', '[No]'],"
                  + " 'accept_choice_id': 4, 'accept_choice': 'Yes, @', 'accept_response': '@',"
                  + " 'reject_choice_id': 2, 'reject_choice': '[No]', 'reject_response': 'true',"
                  + " 'probabilities': [0, 0.1, 0.15, 0, 0.75, 0], 'majority': true, 'group': 'A'}";
          case REVIEWS ->
              "{'prompt': 'Film %d @', 'accept_response': '@', 'reject_response': '5',"
                  + " 'accept_choice_id': 4, 'reject_choice_id': 1,"
                  + " 'probabilities': [0.2, 0.1, 0.1, 0.5, 0.1]}";
          case STORED ->
              "{'prompt': 'Tea %d @?', 'style': 'votes', 'accept_response': '@',"
                  + " 'reject_response': 'No.', 'votes_chosen': 3, 'votes_rejected': 1,"
                  + " 'votes_tied': 0}";
          case PAIRS -> "{'prompt': 'Tea %d @?', 'chosen': '@', 'rejected': '  [{1: 2}] ', 'x': 3}";
          case UNPAIRED -> "{'prompt': 'Tea %d @?', 'completion': '@', 'label': false}";
          case SHP ->
              "{'history': 'Bake %d @?', 'human_ref_A': '@', 'human_ref_B': '7',"
                  + " 'labels': 0, 'score_ratio': 2.5}";
          case STACK_EXCHANGE ->
              "{'question': '<p>%d</p>', 'answers': [{'text': '@', 'pm_score':"
                  + " 1}, {'text': '<p>No.</p>', 'pm_score': 2}]}";
          case VOTES ->
              "{'prompt': '%d @', 'response_a': '@', 'response_b': '0',"
                  + " 'preference': 'a', 'annotator_id': 17}";
          case PRISM ->
              "{'user_id': 'u', 'conversation_history': [{'turn': 0, 'role': 'user',"
                  + " 'content': '%d @'}, {'turn': 0, 'role': 'model', 'content': '@', 'if_chosen':"
                  + " true, 'score': 3}, {'turn': 0, 'role': 'model', 'content': 'No.', 'if_chosen':"
                  + " false, 'score': 1}]}";
        };
    return IntStream.range(0, 12)
        .mapToObj(i -> record.replace("%d", "" + i).replace('\'', '"').replace("@", TEXT))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"role\": \"assistant\", \"content\": \"%s\"}]",
        "[{'content': \"%s\", 'role': 'assistant'}]",
        " [ {'role': 'assistant', 'content': '%s'} ] "
      })
  void messages_are_written_in_json_or_as_python_prints_them(String messages) throws IOException {
    PreferenceDataset dataset =
        read(
            "x.csv",
            "prompt,chosen,rejected\n"
                + IntStream.range(0, 3)
                    .mapToObj(
                        i -> i + "," + quoted(messages, "Yes.") + "," + quoted(messages, "No."))
                    .collect(Collectors.joining("\n")),
            null);

    assertThat(dataset.train())
        .singleElement()
        .satisfies(
            pair -> {
              assertThat(pair.prompt()).matches("\n\nHuman: \\d\n\nAssistant:");
              assertThat(pair.chosen() + pair.rejected()).isEqualTo(" Yes. No.");
            });
  }

  @Test
  void a_file_of_pandas_is_read_with_its_index_mark_and_printed_lists() throws IOException {
    String row =
        "%d,%d?,\"['Yes', \"\"Don't\"\"]\",4.0,Yes,Sure.,2.0,Don't,Never.,"
            + "\"[0.0, 0.0, 0.25, 0.0, 0.75, 0.0]\",True,\r\n";
    PreferenceDataset dataset =
        read(
            "x.csv",
            "\uFEFF,prompt,options,accept_choice_id,accept_choice,accept_response,reject_choice_id,"
                + "reject_choice,reject_response,probabilities,majority,style\r\n\r\n"
                + IntStream.range(0, 3)
                    .mapToObj(i -> row.formatted(i, i))
                    .collect(Collectors.joining()),
            null);

    assertThat(dataset.train().get(0).opinion().options()).containsExactly("Yes", "Don't");
    assertThat(dataset.train().get(0).opinion().probabilities().get(4)).isEqualTo(0.75);
    assertThat(dataset.train().get(0).style()).as("an empty cell is not given").isEqualTo("given");
  }

  @Test
  void a_folder_may_hold_its_splits_as_csv_compressed_or_not() throws IOException {
    Path splits = Files.createDirectory(folder.resolve("splits"));
    List<String> records = records(RecordLayout.VOTES);
    write("splits/train-00000-of-00001.csv", Records.csv(records, ";"));
    Path dev = write("splits/dev.tsv", Records.csv(records, "\t"));
    try (OutputStream gzip =
        new GZIPOutputStream(Files.newOutputStream(splits.resolve("test.csv.gz")))) {
      Files.copy(dev, gzip);
    }

    PreferenceDataset dataset = Collected.examples(spec(splits, null));

    assertThat(dataset.train()).hasSize(12).isEqualTo(dataset.eval()).isEqualTo(dataset.test());
  }

  private static String quoted(String messages, String said) {
    return '"' + messages.formatted(said).replace("\"", "\"\"") + '"';
  }

  /** What a dataset made of the file holds. */
  private List<String> built(Path file) throws IOException {
    ArtifactStore artifacts = Artifacts.at(Files.createTempDirectory(folder, "artifacts").toUri());
    Path dataset =
        Path.of(
            new DatasetBuilder(new Sources(artifacts), artifacts)
                .build("d", spec(file, null), Optional.empty())
                .uri());
    List<String> digests = new ArrayList<>();
    for (String name : List.of("train.parquet", "eval.parquet", "test.parquet", "samples.json")) {
      byte[] bytes = Files.readAllBytes(dataset.resolve(name));
      digests.add(name + " " + HexFormat.of().formatHex(Digests.sha256().digest(bytes)));
    }
    return digests;
  }

  private PreferenceDataset read(String name, String content, RecordLayout layout)
      throws IOException {
    return Collected.examples(spec(write(name, content), layout));
  }

  private static DatasetSpec spec(Path source, RecordLayout layout) {
    return new DatasetSpec(
        null, null, source.toString(), null, null, null, null, null, null, layout);
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }
}
