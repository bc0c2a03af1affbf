package io.gdpo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.contracts.data.PreferenceExample;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpinionTemplateTest {

  @Test
  void rendersTheReferenceFormat() {
    assertThat(OpinionTemplate.prompt(Examples.BUSES))
        .isEqualTo("Nice day.<Q>Do buses run often enough?<A>");
    assertThat(OpinionTemplate.response(4, "Agree", "Yes, they do."))
        .isEqualTo("4<Agree>Yes, they do.");
  }

  @Test
  void aReviewSaysItsRatingAndItsWords() {
    assertThat(OpinionTemplate.response(4, "", "<b>Fine</b> > 3")).isEqualTo("4<b>Fine</b> > 3");

    ParsedResponse parsed = OpinionTemplate.parse("4<b>Fine</b> > 3", List.of(""));

    assertThat(parsed)
        .isEqualTo(new ParsedResponse(OptionalInt.of(4), "", "<b>Fine</b> > 3", true));
    assertThat(OpinionTemplate.parse("Fine", List.of("")))
        .isEqualTo(new ParsedResponse(OptionalInt.empty(), "", "Fine", false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Agree",
        "more than 5 > 3",
        "<b>bold</b>",
        "a > b > c",
        "say \"yes\" or 'no'",
        "two\nlines\ttab",
        "schön – 很好 🙂",
        "10 minutes, 2 < 3",
        ">"
      })
  void whatIsRenderedIsReadBackWhateverTheTextsHold(String text) {
    PreferenceExample example = Examples.example("Q " + text, text, text, text + "> 3<x>");

    String response = OpinionTemplate.response(4, text, example.chosen());
    ParsedResponse parsed = OpinionTemplate.parse(response, example.opinion().options());

    assertThat(OpinionTemplate.prompt(example)).isEqualTo(text + "<Q>Q " + text + "<A>");
    assertThat(parsed.belief()).hasValue(4);
    assertThat(parsed.option()).isEqualTo(text);
    assertThat(parsed.response()).isEqualTo(text + "> 3<x>");
    assertThat(parsed.closed()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          '5<Agree>fine',     5,  Agree,        fine,     true
          ' 5<Agree>fine',    5,  Agree,        fine,     true
          '5<Agree fine',     5,  'Agree fine', '',       false
          '5 fine',           5,  '',           ' fine',  false
          '5',                5,  '',           '',       false
          '',                 -1, '',           '',       false
          '7<Agree>fine',     -1, '',           '7<Agree>fine', false
          '<Agree>fine',      -1, Agree,        fine,     true
          '5<>fine',          5,  '',           fine,     true
          """)
  void readsWhatAModelMaySay(
      String sampled, int belief, String option, String response, boolean closed) {
    ParsedResponse parsed = OpinionTemplate.parse(sampled);

    assertThat(parsed.belief().orElse(-1)).isEqualTo(belief);
    assertThat(parsed.option()).isEqualTo(option);
    assertThat(parsed.response()).isEqualTo(response);
    assertThat(parsed.closed()).isEqualTo(closed);
  }

  @Test
  void theLongestKnownOptionIsTheBeliefText() {
    ParsedResponse parsed = OpinionTemplate.parse("4<a>b>words", List.of("a", "a>b"));

    assertThat(parsed.option()).isEqualTo("a>b");
    assertThat(parsed.response()).isEqualTo("words");
  }

  @Test
  void refusesABeliefThatIsNotOneDigit() {
    assertThatThrownBy(() -> OpinionTemplate.response(6, "Agree", "words"))
        .isInstanceOf(PreferenceDataException.class)
        .hasMessageContaining("6")
        .hasMessageContaining("Agree");
  }
}
