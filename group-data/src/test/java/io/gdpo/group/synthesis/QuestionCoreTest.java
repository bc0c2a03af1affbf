package io.gdpo.group.synthesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Please tell me if you approve or disapprove of the way our long serving mayor Ann Miller is dealing with...the flooded cellars downtown. | Approve; Disapprove
          If the bridge were to close, would this be a very serious problem for your village, a somewhat serious problem, or no problem at all? | Very serious problem; Somewhat serious problem; No problem at all
          In the past 12 months, have you used the new library by the river to do any of the following things?...borrow a children's book that was written in another language | Yes; No
          From your point of view, what have been the effects of the new road on the market: more noise at night | Agree; Disagree
          Tell me how much confidence you have in each clerk to do the right thing regarding lost keys: a lot, some, or none?...Clerk Brown | A lot; Some; None
          Some people say that loud music at night is a plague. Do you personally feel that this kind of noise is often justified to celebrate a wedding, sometimes justified or never justified? | Often justified; Sometimes justified; Never justified
          Do you strictly agree or disagree that ferries should run on holidays? | Agree; Disagree
          Do you support or not support the tunnel? | Support; Not
          """)
  void noWordOfWhatIsAskedIsLostInAnyParaphrase(String text, String offered) {
    String question = text.replace("\u001E", "\n\n");
    List<String> options = Arrays.asList(offered.split("; "));

    QuestionCore core = QuestionCore.of(question, options);

    assertThat(core.cut()).isFalse();
    for (int way = 0; way < SmallTalk.STYLES; way++) {
      List<String> carried = new ArrayList<>(options);
      carried.add(Paraphrase.of(core.sentence(), way));
      assertThat(ContentWords.missing(question, carried)).isEmpty();
    }
    assertThat(Paraphrase.of(core.sentence(), 0)).doesNotContain("dealing the");
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
