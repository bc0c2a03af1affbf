package io.gdpo.group.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.job.DatasetCard;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.group.DatasetException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Responses that are judged by themselves, in TRL's layout of unpaired preferences. */
class UnpairedTest {
  private static final String GOOD = "{'prompt': 'Tea?', 'completion': 'Yes.', 'label': true}";

  @TempDir Path folder;

  private final List<PreferenceExample> examples = new ArrayList<>();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'prompt': 'Tea?', 'completion': ' Yes.', 'label': true}  | Tea? | ` Yes.` | true
          {'prompt': 'Tea?', 'completion': 'No.', 'label': false}   | Tea? | No. | false
          {'prompt': 'Tea?', 'completion': 'No.', 'label': 0, 'model': 'x'} | Tea? | No. | false
          {'prompt': [{'role': 'user', 'content': 'Tea?'}], 'completion': [{'role': 'assistant', 'content': 'Yes.'}], 'label': true} | \\n\\nHuman: Tea?\\n\\nAssistant: | ` Yes.` | true
          {'prompt': [{'role': 'user', 'content': 'Tea?'}], 'completion': 'Yes.', 'label': 1} | \\n\\nHuman: Tea?\\n\\nAssistant: | ` Yes.` | true
          {'prompt': 'Tea?', 'completion': [{'role': 'assistant', 'content': 'Yes.'}], 'label': true} | \\n\\nHuman: Tea?\\n\\nAssistant: | ` Yes.` | true
          """)
  void each_form_becomes_a_prompt_and_one_judged_response(
      String record, String prompt, String response, boolean good) throws IOException {
    read(record);

    assertThat(examples.get(0))
        .isEqualTo(
            PreferenceExample.ofJudged(
                prompt.replace("\\n", "\n"), "unpaired", response, good, ""));
    assertThat(examples.get(0).kind()).isEqualTo(PreferenceExample.Kind.JUDGED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'completion': 'Yes.', 'label': true}                     | field 'prompt': is missing
          {'prompt': 'Tea?', 'completion': 'Yes.'}                  | field 'label': is missing
          {'prompt': 'Tea?', 'completion': 'Yes.', 'label': null}   | field 'label': is missing
          {'prompt': 'Tea?', 'completion': 'Yes.', 'label': 'good'} | field 'label': must be true or false, is "good"
          {'prompt': 'Tea?', 'completion': 'Yes.', 'label': 2}      | field 'label': must be true or false, is 2
          {'prompt': 'Tea?', 'completion': ' ', 'label': true}      | field 'completion': is empty
          {'prompt': 'Tea?', 'completion': 7, 'label': true}        | field 'completion': must be a text, is 7
          {'prompt': ' ', 'completion': 'Yes.', 'label': true}      | field 'prompt': is empty
          {'prompt': 'Tea?', 'completion': [{'role': 'user', 'content': 'Yes.'}], 'label': true} | field 'completion': must be one message of the assistant
          {'prompt': 'Tea?', 'completion': [{'role': 'assistant', 'content': ''}], 'label': true} | field 'completion': is empty
          """)
  void what_cannot_be_used_is_counted_and_told_and_the_others_are_taken(String record, String why)
      throws IOException {
    ReadyExamples.Account left = read(record);

    assertThat(examples).hasSize(3);
    assertThat(left.notes())
        .singleElement()
        .extracting(DatasetCard.RowNote::note)
        .asString()
        .contains(why);
  }

  @Test
  void what_a_dataset_of_ours_holds_can_be_given_again() throws IOException {
    List<PreferenceExample> stored =
        List.of(
            PreferenceExample.ofJudged("Tea?", "unpaired", " Yes.", true, "Peru"),
            PreferenceExample.ofJudged("Tea?", "unpaired", " No.", false, ""));
    new PreferenceDataset(stored, stored, stored).write(folder);

    read(folder);

    assertThat(examples)
        .isEqualTo(Collections.nCopies(3, stored).stream().flatMap(List::stream).toList());
  }

  @Test
  void pairs_are_of_another_kind() {
    assertThatThrownBy(() -> read("{'prompt': 'Tea?', 'chosen': 'Yes.', 'rejected': 'No.'}"))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("line 2 is a response that is judged by itself, ")
        .hasMessageContaining("line 1 is a pair without beliefs; a dataset is of one kind");
  }

  /** The record, and a good one in each split. */
  private ReadyExamples.Account read(String record) throws IOException {
    SplitRecords.write(folder, record + "\n" + GOOD, GOOD);
    return read(folder);
  }

  private ReadyExamples.Account read(Path source) {
    return SplitRecords.read(source, null, null, examples);
  }
}
