package io.gdpo.group.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.RecordLayout;
import io.gdpo.contracts.job.DatasetCard.RowNote;
import io.gdpo.group.DatasetException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What records are may be said, so that none is taken for another. */
class NamedKindTest {
  private static final String PAIR = "{'prompt': 'Tea?', 'chosen': 'Yes.', 'rejected': 'No.'}";

  @TempDir Path folder;

  private final List<PreferenceExample> examples = new ArrayList<>();

  @Test
  void a_record_that_could_be_two_things_is_what_it_is_said_to_be() throws IOException {
    String both = PAIR.replace("}", ", 'completion': 'Hm.', 'label': true}");

    read(null, both);
    read(RecordLayout.UNPAIRED, both);

    assertThat(examples)
        .extracting(PreferenceExample::kind)
        .startsWith(PreferenceExample.Kind.JUDGED)
        .endsWith(PreferenceExample.Kind.JUDGED);
    examples.clear();
    read(RecordLayout.PAIRS, both);
    assertThat(examples.get(0).kind()).isEqualTo(PreferenceExample.Kind.PAIR);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          REVIEWS        | field 'accept_choice_id': is missing
          STORED         | field 'accept_response': is missing
          UNPAIRED       | field 'label': is missing
          SHP            | field 'score_ratio': is missing
          STACK_EXCHANGE | field 'question': is missing
          VOTES          | field 'text': is missing
          PRISM          | field 'conversation_history': is missing
          """)
  void a_record_that_lacks_the_fields_of_its_kind_is_refused_with_them(
      RecordLayout kind, String why) {
    assertThatThrownBy(() -> read(kind, PAIR))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("train.jsonl holds no example")
        .hasMessageContaining(why);
  }

  @Test
  void an_opinion_that_is_said_to_be_one_has_no_other_fields() {
    assertThatThrownBy(() -> read(RecordLayout.OPINIONS, PAIR))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("train.jsonl, line 1: unknown field 'chosen'");
  }

  @Test
  void one_record_of_another_kind_is_left_out_and_told() throws IOException {
    ReadyExamples.Account left =
        read(RecordLayout.PAIRS, "{'prompt': 'Tea?', 'completion': 'Yes.', 'label': true}", PAIR);

    assertThat(examples).hasSize(3);
    assertThat(left.notes())
        .extracting(RowNote::note)
        .containsExactly("field 'chosen': is missing");
  }

  /** The records as training split, the last of them in the others. */
  private ReadyExamples.Account read(RecordLayout kind, String... records) throws IOException {
    SplitRecords.write(folder, String.join("\n", records), records[records.length - 1]);
    return SplitRecords.read(folder, null, kind, examples);
  }
}
