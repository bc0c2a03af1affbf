package io.gdpo.dataset.synthesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuestionCoreTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Do you think that ____ is a big risk, a small risk, or not a risk to your town? c. Heavy rain | A big risk; A small risk; Not a risk | Do you think that Heavy rain is a big risk to your town
          Now I will read a list. For each, tell me how much confidence you have in them: a lot, some, or none at all?...The post office | A lot; Some; None at all | How much confidence do you have in the post office
          Please tell me whether you agree, mostly disagree or disagree with the following statements...Children should play outside | Agree; Mostly disagree; Disagree | Do you agree or disagree that children should play outside
          How important is a park to you - very important, somewhat important, or not important? | Very important; Somewhat important; Not important | How important is a park to you
          Which of these do you associate with them?...Honest...Do you associate this with bakers or not? | Yes; No | Do you associate Honest with bakers or not
          Has each of the following become better or worse: the bread. | Better; Worse | Has each of the following become better or worse: the bread
          Which comes closer to your view? Cats are good OR dogs are good? | Cats; Dogs | Cats are good OR dogs are good
          Should shops close early? | Yes; No | Should shops close early
          """)
  void whatIsAskedRemainsAndInstructionsGo(String question, String options, String core) {
    assertThat(QuestionCore.of(question, Arrays.asList(options.split("; "))).sentence())
        .isEqualTo(core);
  }

  @Test
  void anItemBelowTheQuestionIsPutIn() {
    assertThat(
            QuestionCore.of(
                    "How much trust do you have in these?\n\nThe trains", List.of("Much", "Little"))
                .sentence())
        .isEqualTo("How much trust do you have in these: the trains");
  }

  @Test
  void aVeryLongQuestionIsCutAndSaysSo() {
    QuestionCore core = QuestionCore.of("Would you say " + "very ".repeat(60) + "good?", List.of());

    assertThat(core.cut()).isTrue();
    assertThat(core.sentence().split(" ")).hasSize(30);
  }
}
