package io.gdpo.group.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Votes;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.group.DatasetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pairs that tell no beliefs, in the layouts of public data sets. */
class PairsTest {
  private static final String GOOD =
      "{'prompt': 'Tea?', 'chosen': 'Yes, please.', 'rejected': 'No.', 'score_chosen': 8}";

  @TempDir Path folder;

  private final List<PreferenceExample> examples = new ArrayList<>();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'prompt': 'Tea?', 'chosen': 'Yes.', 'rejected': 'No.'}                            | Tea? | Yes. | No.
          {'prompt': 'Tea?', 'chosen': 'Yes.', 'rejected': ['No.']}                          | Tea? | Yes. | No.
          {'chosen': '\\n\\nHuman: Tea?\\n\\nAssistant: Yes.', 'rejected': '\\n\\nHuman: Tea?\\n\\nAssistant: Yeti.'} | \\n\\nHuman: Tea?\\n\\nAssistant: | ` Yes.` | ` Yeti.`
          {'chosen': 'Is tea good? Yes.', 'rejected': 'Is tea good? No.'}                    | Is tea good? | ` Yes.` | ` No.`
          {'prompt': [{'role': 'system', 'content': 'Be kind.'}, {'role': 'user', 'content': 'Tea?'}], 'chosen': [{'role': 'assistant', 'content': 'Yes.'}], 'rejected': [{'role': 'assistant', 'content': 'No.'}]} | Be kind.\\n\\nHuman: Tea?\\n\\nAssistant: | ` Yes.` | ` No.`
          {'prompt': 'Tea?', 'chosen': [{'role': 'user', 'content': 'Tea?'}, {'role': 'assistant', 'content': 'Yes.'}], 'rejected': [{'role': 'user', 'content': 'Tea?'}, {'role': 'assistant', 'content': 'No.'}]} | \\n\\nHuman: Tea?\\n\\nAssistant: | ` Yes.` | ` No.`
          {'prompt': 'Tea?', 'chosen': [{'role': 'assistant', 'content': 'Yes.'}], 'rejected': [{'role': 'assistant', 'content': 'No.'}]} | \\n\\nHuman: Tea?\\n\\nAssistant: | ` Yes.` | ` No.`
          {'prompt': [{'role': 'user', 'content': 'Tea?'}], 'chosen': 'Yes.', 'rejected': 'No.'} | \\n\\nHuman: Tea?\\n\\nAssistant: | ` Yes.` | ` No.`
          {'chosen': [{'role': 'user', 'content': 'A'}, {'role': 'assistant', 'content': 'B'}, {'role': 'user', 'content': 'C'}, {'role': 'assistant', 'content': 'D'}], 'rejected': [{'role': 'user', 'content': 'A'}, {'role': 'assistant', 'content': 'B'}, {'role': 'user', 'content': 'C'}, {'role': 'assistant', 'content': 'E'}]} | \\n\\nHuman: A\\n\\nAssistant: B\\n\\nHuman: C\\n\\nAssistant: | ` D` | ` E`
          {'qid': 7, 'question': '<p>Why <b>x</b>?</p><pre><code>a  = 1;\\n</code></pre>', 'answers': [{'text': '<p>No.</p>', 'pm_score': 1}, {'text': '<p>Use <code>y</code>:</p><ul><li>one</li></ul>', 'pm_score': 4}]} | \\n\\nHuman: Why x?\\n\\n<code>a  = 1;\\n</code>\\n\\nAssistant: | ` Use <code>y</code>:\\n\\none` | ` No.`
          {'history': 'How do I bake?', 'human_ref_A': 'Badly.', 'human_ref_B': 'Well.', 'labels': 0, 'score_ratio': 2.5, 'domain': 'askbaking_train'} | \\n\\nHuman: How do I bake?\\n\\nAssistant: | ` Well.` | ` Badly.`
          """)
  void each_layout_becomes_a_prompt_and_two_responses(
      String record, String prompt, String chosen, String rejected) throws IOException {
    read(record);

    PreferenceExample example = examples.get(0);
    assertThat(example.prompt()).isEqualTo(prompt.replace("\\n", "\n"));
    assertThat(example.chosen()).isEqualTo(chosen.replace("\\n", "\n"));
    assertThat(example.rejected()).isEqualTo(rejected);
    assertThat(example.hasBeliefs()).isFalse();
  }

  @Test
  void no_message_passes_for_another_by_holding_the_mark_of_a_turn() throws IOException {
    read(
        "{'prompt': [{'role': 'user', 'content': 'a\\n\\nAssistant: b\\n\\nHuman: c'}],"
            + " 'chosen': 'Yes.', 'rejected': 'No.'}");

    assertThat(examples.get(0).prompt())
        .isEqualTo("\n\nHuman: a\n\n Assistant: b\n\n Human: c\n\nAssistant:");
  }

  @Test
  void each_of_several_rejected_responses_makes_a_pair() throws IOException {
    read("{'prompt': 'Tea?', 'chosen': 'Yes.', 'rejected': ['No.', 'Never.', 'Ugh.']}");

    assertThat(examples.subList(0, 3))
        .extracting(PreferenceExample::rejected)
        .containsExactly("No.", "Never.", "Ugh.");
  }

  @Test
  void each_two_answers_with_different_scores_make_a_pair() throws IOException {
    read(
        "{'question': 'Q?', 'answers': [{'text': 'a', 'pm_score': 2}, {'text': 'b', 'pm_score': 0},"
            + " {'text': 'c', 'pm_score': 2}, {'text': 'd', 'pm_score': 5}]}");

    assertThat(examples.subList(0, 5))
        .extracting(it -> it.chosen() + it.rejected())
        .containsExactly(" a b", " d a", " c b", " d b", " d c");
  }

  @Test
  void what_a_dataset_of_ours_holds_can_be_given_again() throws IOException {
    List<PreferenceExample> stored =
        List.of(
            PreferenceExample.ofPair("Tea?", "shp", " Yes.", " No.", "Peru"),
            PreferenceExample.ofVotes("Tea?", "votes", "Yes.", "No.", new Votes(3, 1, 1), ""));
    PreferenceDataset dataset = new PreferenceDataset(stored, stored, stored);
    dataset.write(folder);

    read(folder);

    assertThat(examples)
        .isEqualTo(Collections.nCopies(3, stored).stream().flatMap(List::stream).toList());
  }

  @Test
  void a_column_tells_the_group_of_a_pair() throws IOException {
    write(
        "{'history': 'Q?', 'human_ref_A': 'A', 'human_ref_B': 'B', 'labels': 1, 'score_ratio': 3,"
            + " 'domain': 'askphysics'}");

    SplitRecords.read(folder, "domain", null, examples);

    assertThat(examples.get(0).group()).isEqualTo("askphysics");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'prompt': 'Tea?', 'chosen': 'Yes.', 'rejected': ' Yes. '}      | chosen and rejected are the same
          {'prompt': 'Tea?', 'chosen': '', 'rejected': 'No.'}             | the chosen response is empty
          {'prompt': 'Tea?', 'chosen': 'Yes.', 'rejected': '  '}          | the rejected response is empty
          {'prompt': ' ', 'chosen': 'Yes.', 'rejected': 'No.'}            | field 'prompt': is empty
          {'prompt': 'Tea?', 'chosen': 'Yes.'}                            | field 'rejected': is missing
          {'prompt': 'Tea?', 'rejected': 'No.'}                           | field 'chosen': is missing
          {'prompt': 'Tea?', 'chosen': 5, 'rejected': 'No.'}              | field 'chosen': must be a text, is 5
          {'prompt': 'Tea?', 'chosen': 'Yes.', 'rejected': []}            | field 'rejected': holds no response
          {'prompt': 'Tea?', 'chosen': 'a\\u0007b', 'rejected': 'No.'}    | field 'chosen': holds the control character (U+0007)
          {'chosen': 'Yes.', 'rejected': 'No.'}                           | there is no field 'prompt', and chosen and rejected do not begin with one
          {'prompt': 'Tea?', 'chosen': [{'role': 'assistant', 'content': 'Yes.'}], 'rejected': 'No.'} | field 'rejected': must be a list of messages, as 'chosen' is
          {'prompt': 'Tea?', 'chosen': [{'role': 'bot', 'content': 'Yes.'}], 'rejected': [{'role': 'bot', 'content': 'No.'}]} | must be system, user or assistant, is 'bot'
          {'prompt': 'Tea?', 'chosen': [{'from': 'gpt', 'value': 'Yes.'}], 'rejected': [{'from': 'gpt', 'value': 'No.'}]} | a message needs the texts 'role' and 'content'
          {'prompt': 'Tea?', 'chosen': [{'role': 'assistant', 'content': 'Yes.'}], 'rejected': [{'role': 'assistant', 'content': 'Yes.'}]} | chosen and rejected are the same
          {'chosen': [{'role': 'user', 'content': 'A'}, {'role': 'assistant', 'content': 'B'}], 'rejected': [{'role': 'user', 'content': 'X'}, {'role': 'assistant', 'content': 'Y'}]} | behind the messages that chosen and rejected share
          {'question': 'Q?', 'answers': [{'text': 'a', 'pm_score': 2}, {'text': 'b', 'pm_score': 2}]} | no two of its answers differ in text and pm_score
          {'question': '<p> </p>', 'answers': [{'text': 'a', 'pm_score': 2}, {'text': 'b', 'pm_score': 1}]} | field 'question': holds no text beside its HTML
          {'question': 'Q?', 'answers': [{'text': 'a', 'pm_score': 2}, {'text': 'b'}]} | field 'answers': each needs the number pm_score
          {'question': 'Q?', 'answers': [{'text': 'a', 'pm_score': 2}, {'pm_score': 1}]} | field 'answers': must be a text
          {'history': 'Q?', 'human_ref_A': 'A', 'human_ref_B': 'B', 'labels': 1, 'score_ratio': 1.2} | field 'score_ratio': is 1.20, below 2
          {'history': 'Q?', 'human_ref_A': 'A', 'human_ref_B': 'B', 'labels': 2, 'score_ratio': 3}   | must be 1 (A is preferred) or 0 (B is)
          {'history': 'Q?', 'human_ref_A': 'A', 'human_ref_B': 'B', 'labels': 1}                     | field 'score_ratio': is missing
          """)
  void a_record_that_cannot_be_used_is_counted_and_told_and_the_others_are_taken(
      String record, String why) throws IOException {
    ReadyExamples.Account left = read(record);

    assertThat(examples).hasSize(3).allSatisfy(it -> assertThat(it.prompt()).isEqualTo("Tea?"));
    assertThat(left.refused()).isEqualTo(1);
    assertThat(left.notes())
        .singleElement()
        .satisfies(
            note -> {
              assertThat(note.row()).isEqualTo(1);
              assertThat(note.question()).isEqualTo("train.jsonl");
              assertThat(note.note()).contains(why);
            });
  }

  @Test
  void where_no_record_can_be_used_the_first_reasons_are_told() throws IOException {
    write("{'prompt': 'Tea?', 'chosen': 'Yes.', 'rejected': 'Yes.'}");
    Files.writeString(
        folder.resolve("train.jsonl"),
        SplitRecords.json("{'prompt': 'Tea?', 'chosen': 'A', 'rejected': 'A'}"));

    assertThatThrownBy(() -> read(folder))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("train.jsonl holds no example")
        .hasMessageContaining("1 records cannot be used: train.jsonl 1: chosen and rejected are");
  }

  @Test
  void a_dataset_is_of_one_kind() throws IOException {
    write(GOOD);
    Files.writeString(
        folder.resolve("test.jsonl"),
        """
        {"prompt": "Q?", "options": ["Yes", "No"], "accept_choice_id": 4, "accept_choice": "Yes", \
        "accept_response": "Sure.", "reject_choice_id": 2, "reject_choice": "No", \
        "reject_response": "Never.", "probabilities": [0, 0, 0.25, 0, 0.75, 0]}""");

    assertThatThrownBy(() -> read(folder))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("test.jsonl, line 1 is an opinion, ")
        .hasMessageContaining("train.jsonl, line 1 is a pair without beliefs; a dataset is of one");
  }

  private ReadyExamples.Account read(String record) throws IOException {
    write(record);
    return read(folder);
  }

  private ReadyExamples.Account read(Path source) {
    return SplitRecords.read(source, null, null, examples);
  }

  /** The record, and a good one in each split. */
  private void write(String record) throws IOException {
    String good = by(GOOD);
    SplitRecords.write(folder, record + "\n" + good, good);
  }

  private static String by(String record) {
    return record.replace("}", ", 'domain': 'x'}");
  }
}
