package io.gdpo.group.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.chat.ChatAnswer;
import io.gdpo.group.belief.BeliefDistribution;
import io.gdpo.group.survey.GroupQuestion;
import io.gdpo.group.survey.GroupQuestion.Answer;
import io.gdpo.group.synthesis.Wording;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WrittenDialoguesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final GroupQuestion QUESTION =
      new GroupQuestion(
          "q",
          1,
          "Should it?",
          List.of(
              new Answer("Strongly agree", 5, 0.25, "for"),
              new Answer("Agree", 4, 0.25, "for"),
              new Answer("Neither agree nor disagree", 3, 0.25, "neither"),
              new Answer("Disagree", 2, 0.25, "against")),
          BeliefDistribution.proportionalTo(new double[] {0, 0, 1, 1, 1, 1}));

  private static ObjectNode good() {
    return ChatModelServer.dialogues(
        JSON.createObjectNode()
            .put("question", QUESTION.text())
            .set(
                "options",
                JSON.valueToTree(
                    IntStream.range(0, 4)
                        .boxed()
                        .collect(
                            Collectors.toMap(
                                DialoguePrompt::number,
                                i -> QUESTION.answers().get(i).option())))));
  }

  private static WrittenDialogues read(String text) {
    return WrittenDialogues.of(new ChatAnswer(text, null, false, 1, 1), QUESTION);
  }

  @Test
  void aWordingOfEachStyleComesOutInTheOrderOfStylesAndOptions() {
    WrittenDialogues written = read("```json\n" + good().toPrettyString() + "\n```");

    assertThat(written.problems()).isEmpty();
    assertThat(written.doubts()).isEmpty();
    assertThat(written.wordings())
        .hasSize(5)
        .element(3)
        .isEqualTo(
            new Wording(
                "Good morning number 4.",
                "Way 4: Should it?",
                List.of(
                    "My answer is Strongly agree.",
                    "My answer is Agree.",
                    "My answer is Neither agree nor disagree.",
                    "My answer is Disagree.")));
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        arguments("the reply lacks style-3", fault(it -> it.remove("style-3"))),
        arguments(
            "the reply holds what does not belong there: style-6",
            fault(it -> it.set("style-6", it.get("style-5")))),
        arguments("style-2 is no JSON object", fault(it -> it.put("style-2", "talk"))),
        arguments("style-2 lacks opening", fault(it -> style(it, 2).remove("opening"))),
        arguments(
            "style-2 holds what does not belong there: note",
            fault(it -> style(it, 2).put("note", "x"))),
        arguments("style-1.answers lacks 4", fault(it -> answers(it, 1).remove("4"))),
        arguments(
            "style-1.answers holds what does not belong there: 5",
            fault(it -> answers(it, 1).put("5", "More."))),
        arguments(
            "style-4.question has no word", fault(it -> style(it, 4).put("question", " ?! "))),
        arguments("style-4.question is no text", fault(it -> style(it, 4).put("question", 4))),
        arguments("style-1.answers.2 is no text", fault(it -> answers(it, 1).putNull("2"))),
        arguments(
            "style-1.answers.2 says the same as style-1.answers.1",
            fault(it -> answers(it, 1).put("2", "my answer is: STRONGLY agree"))),
        arguments(
            "style-5.question says the same as style-1.question",
            fault(it -> style(it, 5).put("question", "Way 1: should it"))),
        arguments(
            "style-3.opening has more than 1000 characters",
            fault(it -> style(it, 3).put("opening", "x".repeat(1001)))),
        arguments(
            "style-3.answers.1 holds < or >",
            fault(it -> answers(it, 3).put("1", "5<Strongly agree>Yes"))),
        arguments(
            "style-3.answers.1 holds the control character (U+001B)",
            fault(it -> answers(it, 3).put("1", "Yes\u001b[31m"))),
        arguments("the reply is not one JSON object", "Sure! Here you are: " + good()),
        arguments("the reply is not one JSON object", good() + " Anything else?"),
        arguments("the reply is not one JSON object", good().toString().substring(0, 300)),
        arguments(
            "the reply is not one JSON object: Duplicate field 'style-1'",
            good().toString().replace("style-2", "style-1")),
        arguments("the reply is no JSON object", "[" + good() + "]"),
        arguments("the reply is no JSON object", ""));
  }

  private static String fault(Consumer<ObjectNode> change) {
    ObjectNode dialogues = good();
    change.accept(dialogues);
    return dialogues.toString();
  }

  private static ObjectNode style(ObjectNode dialogues, int style) {
    return (ObjectNode) dialogues.get("style-" + style);
  }

  private static ObjectNode answers(ObjectNode dialogues, int style) {
    return (ObjectNode) style(dialogues, style).get("answers");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void whatCannotBeUsedIsToldWithItsPlace(String problem, String text) {
    assertThat(read(text).problems()).isNotEmpty();
    assertThat(read(text).problems().get(0)).startsWith(problem);
  }

  @Test
  void allThatIsWrongIsToldUpToABound() {
    String text =
        fault(
            it -> {
              for (int style = 1; style <= 5; style++) {
                style(it, style).put("opening", "").put("question", "");
              }
            });

    assertThat(read(text).problems()).hasSize(WrittenDialogues.MOST_PROBLEMS);
  }

  @Test
  void aRefusalAndAnAnswerThatWasCutAreToldAsThat() {
    assertThat(
            WrittenDialogues.of(new ChatAnswer("", "Not this.", false, 1, 1), QUESTION).problems())
        .containsExactly("the model refuses: Not this.");
    assertThat(
            WrittenDialogues.of(new ChatAnswer(good().toString(), null, true, 1, 1), QUESTION)
                .problems())
        .singleElement()
        .asString()
        .contains("cut off");
  }

  @ParameterizedTest
  @CsvSource({
    "0, I strongly agree with it., ",
    "0, 'Oh yes, and I mean it.', ",
    "0, It keeps me up at night., ",
    "0, I disagree., says 'Disagree'",
    "0, 'No, that is a mistake.', 'begins against it, and its option is for it'",
    "1, I strongly agree., says 'Strongly agree'",
    "1, 'Well, I strongly disagree.', says 'Disagree'",
    "2, 'I neither agree nor disagree, really.', ",
    "2, I agree., says 'Agree'",
    "3, I don't agree., ",
    "3, 'I agree with you, no: I disagree.', ",
    "3, 'Yes, of course. It is about time.', 'begins in favour, and its option is against it'"
  })
  void anAnswerThatExpressesAnotherOptionIsDoubted(int option, String answer, String doubt) {
    assertThat(ExpressedOption.doubt(QUESTION.answers(), option, answer).orElse(null))
        .isEqualTo(doubt);
  }

  @Test
  void someDoubtsAreListedAndMostlyDoubtedAnswersAreAProblem() {
    WrittenDialogues few =
        read(fault(it -> answers(it, 2).put("1", "I disagree, dear.").put("4", "I agree, dear.")));
    assertThat(few.problems()).isEmpty();
    assertThat(few.doubts())
        .containsExactly(
            new WrittenDialogues.Doubt("style-2", 0, "I disagree, dear.", "says 'Disagree'"),
            new WrittenDialogues.Doubt("style-2", 3, "I agree, dear.", "says 'Agree'"));

    String mixedUp =
        fault(
            it -> {
              for (int style = 1; style <= 5; style++) {
                JsonNode right = answers(it, style).deepCopy();
                for (int i = 1; i <= 4; i++) {
                  answers(it, style).set(Integer.toString(i), right.get(Integer.toString(5 - i)));
                }
              }
            });
    assertThat(read(mixedUp).problems())
        .containsExactly(
            "20 of 20 answers do not express their option, such as style-1.answers.1, which says"
                + " 'Disagree'");
  }
}
