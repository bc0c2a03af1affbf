package io.gdpo.group.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.data.Votes;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.group.DatasetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** People's comparisons of the same responses, counted. */
class VotesTest {
  @TempDir Path folder;

  private final List<PreferenceExample> examples = new ArrayList<>();

  @Test
  void votes_on_the_same_responses_are_one_pair_wherever_a_response_stood() throws IOException {
    ReadyExamples.Account left =
        read(
            null,
            vote("Yes.", "No.", "a", "ann"),
            vote("No.", "Yes.", "response_b", "bob"),
            vote("Yes.", "No.", "B", "cleo"),
            vote("Yes.", "No.", "tie", "dan"));

    PreferenceExample pair = examples.get(0);
    assertThat(pair.prompt()).isEqualTo("Tea?");
    assertThat(pair.chosen()).isEqualTo("Yes.");
    assertThat(pair.rejected()).isEqualTo("No.");
    assertThat(pair.votes()).isEqualTo(new Votes(2, 1, 1));
    assertThat(pair.votes().share()).isEqualTo(2.5 / 4);
    assertThat(left.merged()).isEqualTo(3);
    assertThat(left.refused()).isZero();
  }

  @Test
  void a_person_counts_once() throws IOException {
    ReadyExamples.Account left =
        read(
            null,
            vote("Yes.", "No.", "a", "ann"),
            vote("Yes.", "No.", "b", "ann"),
            vote("No.", "Yes.", "a", "ann"),
            vote("Yes.", "No.", "a", "bob"));

    assertThat(examples.get(0).votes()).isEqualTo(new Votes(2, 0, 0));
    assertThat(left.merged()).isEqualTo(3);
  }

  @Test
  void each_group_has_its_own_count() throws IOException {
    read(
        "country",
        vote("Yes.", "No.", "a", "ann").replace("}", ", 'country': 'Peru'}"),
        vote("Yes.", "No.", "b", "bob").replace("}", ", 'country': 'Chad'}"));

    assertThat(examples.subList(0, 2))
        .extracting(PreferenceExample::group, PreferenceExample::chosen)
        .containsExactly(tuple("Peru", "Yes."), tuple("Chad", "No."));
  }

  @Test
  void a_pair_on_which_nobody_wins_is_told_and_left_out() throws IOException {
    ReadyExamples.Account left =
        read(
            null,
            vote("Yes.", "No.", "a", "ann"),
            vote("Yes.", "No.", "b", "bob"),
            vote("Fine.", "Bad.", "a", "ann"));

    assertThat(examples.get(0).chosen()).isEqualTo("Fine.");
    assertThat(left.notes())
        .singleElement()
        .satisfies(
            note -> {
              assertThat(note.row()).isEqualTo(1);
              assertThat(note.note()).isEqualTo("as many people prefer one response as the other");
            });
  }

  @Test
  void one_of_four_responses_is_preferred_to_each_of_the_others() throws IOException {
    String community =
        """
        {'first_turn_prompt': 'Tea?', 'first_turn_response_a': 'A', 'first_turn_response_b': 'B', \
        'first_turn_response_c': 'C', 'first_turn_response_d': 'D', \
        'first_turn_preferred_response': 'response_%s', 'annotator_id': '%s'}""";
    read(null, community.formatted("c", "ann"), community.formatted("a", "bob"));

    assertThat(examples.subList(0, 4))
        .extracting(PreferenceExample::chosen, PreferenceExample::rejected)
        .containsExactly(
            tuple(" C", " B"), tuple(" C", " D"), tuple(" A", " B"), tuple(" A", " D"));
    assertThat(examples.get(0).prompt()).isEqualTo("\n\nHuman: Tea?\n\nAssistant:");
  }

  @Test
  void in_each_turn_of_a_conversation_the_response_that_goes_on_is_preferred_to_the_others()
      throws IOException {
    read(
        null,
        """
        {'conversation_id': 'c0', 'user_id': 'user0', 'conversation_type': 'unguided', \
        'opening_prompt': 'Tea?', 'conversation_turns': 2, 'conversation_history': [\
        {'turn': 0, 'role': 'user', 'content': 'Tea?'}, \
        {'turn': 0, 'role': 'model', 'content': 'No.', 'model_name': 'm1', 'score': 20, \
        'if_chosen': false, 'within_turn_id': 0}, \
        {'turn': 0, 'role': 'model', 'content': 'Yes.', 'model_name': 'm2', 'score': 87, \
        'if_chosen': true, 'within_turn_id': 1}, \
        {'turn': 0, 'role': 'model', 'content': 'Sure.', 'model_name': 'm3', 'score': 87, \
        'if_chosen': false, 'within_turn_id': 2}, \
        {'turn': 1, 'role': 'user', 'content': 'Black?'}, \
        {'turn': 1, 'role': 'model', 'content': 'Green.', 'model_name': 'm2', 'score': 90, \
        'if_chosen': true, 'within_turn_id': 0}, \
        {'turn': 1, 'role': 'model', 'content': 'Black.', 'model_name': 'm2', 'score': 33, \
        'if_chosen': false, 'within_turn_id': 1}]}""");

    String tea = "\n\nHuman: Tea?\n\nAssistant:";
    assertThat(examples.subList(0, 2))
        .extracting(
            PreferenceExample::prompt, PreferenceExample::chosen, PreferenceExample::rejected)
        .containsExactly(
            tuple(tea, " Yes.", " No."),
            tuple(tea + " Yes.\n\nHuman: Black?\n\nAssistant:", " Green.", " Black."));
    assertThat(examples.get(0).votes()).isEqualTo(new Votes(1, 0, 0));
    assertThat(examples).as("two with one score are a tie").hasSize(4);
  }

  @Test
  void a_person_counts_once_for_a_pair_of_a_conversation_and_groups_by_its_column()
      throws IOException {
    String conversation =
        """
        {'user_id': '%s', 'conversation_type': '%s', 'conversation_history': [\
        {'turn': 0, 'role': 'user', 'content': 'Tea?'}, \
        {'turn': 0, 'role': 'model', 'content': 'No.', 'if_chosen': %s}, \
        {'turn': 0, 'role': 'model', 'content': 'Yes.', 'if_chosen': %s}]}""";
    read(
        "conversation_type",
        conversation.formatted("u1", "Peru", false, true),
        conversation.formatted("u1", "Peru", true, false),
        conversation.formatted("u2", "Peru", false, true),
        conversation.formatted("u2", "Chad", true, false));

    assertThat(examples.subList(0, 2))
        .extracting(PreferenceExample::group, PreferenceExample::chosen, PreferenceExample::votes)
        .containsExactly(
            tuple("Peru", " Yes.", new Votes(2, 0, 0)), tuple("Chad", " No.", new Votes(1, 0, 0)));
  }

  @Test
  void a_record_may_hold_the_votes_of_several_people() throws IOException {
    read(
        null,
        """
        {'text': 'Tea?', 'completion_a': 'Yes.', 'completion_b': 'No.', \
        'normal_worker_annotations': [{'evaluator': 'n1', 'overall_pref': 'A-is-clearly-better'}, \
        {'evaluator': 'n2', 'overall_pref': 'Tie'}], \
        'expert_worker_annotations': [{'evaluator': 'e1', 'overall_pref': 'B-is-slightly-better'}, \
        {'evaluator': 'e2', 'overall_pref': 'A-is-slightly-better'}]}""");

    assertThat(examples.get(0).chosen()).isEqualTo(" Yes.");
    assertThat(examples.get(0).votes()).isEqualTo(new Votes(2, 1, 1));
  }

  @Test
  void one_file_of_votes_is_split_by_its_prompts() throws IOException {
    Path file = folder.resolve("votes.jsonl");
    Files.write(
        file,
        IntStream.range(0, 60)
            .mapToObj(
                i ->
                    vote("Yes.", "No.", i < 40 ? "a" : "b", "p" + i)
                        .replace("Tea?", "Q" + i % 20)
                        .replace('\'', '"'))
            .toList());
    List<Split> splits = new ArrayList<>();

    ReadyExamples.Account left =
        ReadyExamples.read(
            file,
            new DatasetSpec(null, null, file.toString(), null, null, null, null, null, null, null),
            (split, example) -> {
              splits.add(split);
              examples.add(example);
            });

    assertThat(examples)
        .hasSize(20)
        .allSatisfy(it -> assertThat(it.votes()).isEqualTo(new Votes(2, 1, 0)));
    assertThat(splits).contains(Split.TRAIN, Split.EVAL, Split.TEST);
    assertThat(left.merged()).isEqualTo(40);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'prompt': 'Tea?', 'response_a': 'A', 'response_b': 'B', 'preference': 'left'} | field 'preference': must be a, b or tie, is 'left'
          {'prompt': 'Tea?', 'response_a': 'A', 'response_b': 'A ', 'preference': 'a'}   | two of the responses are the same
          {'prompt': 'Tea?', 'response_a': ' ', 'response_b': 'B', 'preference': 'a'}    | field 'response_a': is empty
          {'prompt': 'Tea?', 'response_a': 'A', 'preference': 'a'}                       | field 'response_b': is missing
          {'prompt': 'Tea?', 'response_a': 'A', 'response_b': 'B', 'preference': 1}      | field 'preference': must be a text, is 1
          {'first_turn_prompt': 'T', 'first_turn_response_a': 'A', 'first_turn_response_b': 'B', 'first_turn_preferred_response': 'response_e'} | must be response_a to response_d, is 'response_e'
          {'text': 'T', 'completion_a': 'A', 'completion_b': 'B', 'normal_worker_annotations': [{'evaluator': 'x'}]} | field 'normal_worker_annotations': must be a text
          {'conversation_history': 'T'}                                                  | field 'conversation_history': must be a list, is "T"
          {'conversation_history': []}                                                   | field 'conversation_history': holds no turn with two different responses
          {'conversation_history': [{'role': 'bot', 'turn': 0, 'content': 'A'}]}         | a message needs the number 'turn' and the role 'user' or 'model', this is {"role":"bot"
          {'conversation_history': [{'role': 'user', 'content': 'T'}]}                   | a message needs the number 'turn'
          {'conversation_history': [{'role': 'user', 'turn': 0}]}                        | field 'conversation_history.content': must be a text
          {'conversation_history': [{'role': 'model', 'turn': 0, 'content': 'A', 'if_chosen': true}]} | holds a turn in which no user says anything
          {'conversation_history': [{'role': 'user', 'turn': 0, 'content': 'T'}, {'role': 'model', 'turn': 0, 'content': 'A'}]} | whose 'if_chosen' is true, one has 0
          {'conversation_history': [{'role': 'user', 'turn': 0, 'content': 'T'}, {'role': 'model', 'turn': 0, 'content': 'A', 'if_chosen': true}, {'role': 'model', 'turn': 0, 'content': ' A', 'if_chosen': false}]} | holds no turn with two different responses
          """)
  void a_vote_that_cannot_be_counted_is_told_and_the_others_are_counted(String record, String why)
      throws IOException {
    ReadyExamples.Account left = read(null, record, vote("Yes.", "No.", "a", "ann"));

    assertThat(examples.get(0).chosen()).isEqualTo("Yes.");
    assertThat(left.notes())
        .singleElement()
        .satisfies(note -> assertThat(note.note()).contains(why));
  }

  @Test
  void where_nobody_wins_anywhere_that_is_told() throws IOException {
    assertThatThrownBy(
            () -> read(null, vote("Yes.", "No.", "a", "ann"), vote("Yes.", "No.", "b", "bob")))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("train.jsonl holds no example")
        .hasMessageContaining("as many people prefer one response as the other");
  }

  private static String vote(String first, String second, String preference, String voter) {
    return "{'prompt': 'Tea?', 'response_a': '%s', 'response_b': '%s', 'preference': '%s', 'annotator_id': '%s'}"
        .formatted(first, second, preference, voter);
  }

  /** The records as training split, and a vote in each of the others. */
  private ReadyExamples.Account read(String by, String... records) throws IOException {
    String other =
        by == null
            ? vote("Yes.", "No.", "a", "x")
            : vote("Yes.", "No.", "a", "x").replace("}", ", '" + by + "': 'Peru'}");
    SplitRecords.write(folder, String.join("\n", records), other);
    return SplitRecords.read(folder, by, null, examples);
  }
}
