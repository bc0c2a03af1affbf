package io.gdpo.group.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.data.Opinion.Belief;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.job.DatasetCard.RowNote;
import io.gdpo.data.ExampleText;
import io.gdpo.data.PreferenceDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two reviews with their ratings, in the layout of the method's authors. */
class ReviewsTest {
  private static final String GOOD =
      "{'prompt': 'Review Alien.', 'accept_choice_id': 4, 'accept_response': 'Great fun.',"
          + " 'reject_choice_id': 1, 'reject_response': 'So dull.',"
          + " 'probabilities': [0.25, 0, 0, 0.75, 0]}";

  @TempDir Path folder;

  private final List<PreferenceExample> examples = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(strings = {"[0.25, 0, 0, 0.75, 0]", "[0, 0.25, 0, 0, 0.75, 0]"})
  void the_stars_are_the_belief_and_no_option_stands_behind_them(String ratings)
      throws IOException {
    read(GOOD.replace("[0.25, 0, 0, 0.75, 0]", ratings));

    PreferenceExample review = examples.get(0);
    assertThat(review.opinion().chosen()).isEqualTo(new Belief(4, ""));
    assertThat(review.opinion().rejected()).isEqualTo(new Belief(1, ""));
    assertThat(review.opinion().probabilities()).containsExactly(0.0, 0.25, 0.0, 0.0, 0.75, 0.0);
    assertThat(review.opinion().majority()).isTrue();
    assertThat(ExampleText.of(review))
        .isEqualTo(new ExampleText("<Q>Review Alien.<A>", "4Great fun.", "1So dull."));
  }

  @Test
  void what_a_dataset_of_ours_holds_can_be_given_again() throws IOException {
    read(GOOD);
    List<PreferenceExample> stored = List.copyOf(examples);
    for (String split : List.of("train", "eval", "test")) {
      Files.delete(folder.resolve(split + ".jsonl"));
    }
    new PreferenceDataset(stored, stored, stored).write(folder);
    examples.clear();

    read(folder);

    assertThat(examples.subList(0, stored.size())).isEqualTo(stored);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'accept_choice_id': 4 | 'accept_choice_id': 0 | field 'accept_choice_id': must be a rating of 1 to 5 stars, is 0
          'reject_choice_id': 1 | 'reject_choice_id': 6 | field 'reject_choice_id': must be a rating of 1 to 5 stars, is 6
          'reject_choice_id': 1 | 'reject_choice_id': 2.5 | must be a rating of 1 to 5 stars, is 2.5
          'reject_choice_id': 1 | 'reject_choice_id': '1' | field 'reject_choice_id': must be a number, is "1"
          'accept_response': 'Great fun.', | | field 'accept_response': is missing
          [0.25, 0, 0, 0.75, 0] | [0.25, 0.75] | field 'probabilities': must hold 6 probabilities, holds 2
          [0.25, 0, 0, 0.75, 0] | [0.25, 0, 0, 0.7, 0] | field 'probabilities': must sum to 1
          [0.25, 0, 0, 0.75, 0] | [0.25, 0, 0, 0.75, 0, 0] | there is no rating of 0 stars, and it has 0.25
          [0.25, 0, 0, 0.75, 0] | [0.25, 0, 0, 'x', 0] | must hold numbers, holds "x"
          """)
  void a_record_that_cannot_be_used_is_told_and_the_others_are_taken(
      String good, String wrong, String why) throws IOException {
    ReadyExamples.Account left = read(GOOD.replace(good, wrong == null ? "" : wrong));

    assertThat(examples).hasSize(3);
    assertThat(left.notes()).singleElement().extracting(RowNote::note).asString().contains(why);
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
