package io.gdpo.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.lm.chat.ChatMessage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DialogueTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Tea?",
        "",
        " Tea?\n",
        "\n",
        "a\n\nHuman: b\n\nAssistant: c",
        "\n\n Human: b",
        "\n\n   Assistant:",
        "\n\n\nHuman:",
        "Human: \n\nAssistant:\n\nHuman:",
        "\n\n\n\nHuman: x"
      })
  void what_a_person_says_is_read_back_as_one_message_whatever_it_holds(String said) {
    String prompt =
        DialogueText.quoted("You " + said)
            + DialogueText.HUMAN
            + " "
            + DialogueText.quoted(said)
            + DialogueText.ASSISTANT
            + " ok"
            + DialogueText.HUMAN
            + " "
            + DialogueText.quoted(said)
            + DialogueText.ASSISTANT;

    assertThat(DialogueText.messages(prompt))
        .containsExactly(
            new ChatMessage("system", "You " + said),
            ChatMessage.user(said),
            ChatMessage.assistant("ok"),
            ChatMessage.user(said));
  }

  @Test
  void what_HH_holds_is_a_dialogue_and_a_text_that_ends_otherwise_is_one_message() {
    assertThat(DialogueText.messages("\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: "))
        .isEqualTo(
            List.of(ChatMessage.user("a"), ChatMessage.assistant("b"), ChatMessage.user("c")));
    for (String text : List.of("a", "\n\nHuman: a", "Who?\n\nAssistant:", "")) {
      assertThat(DialogueText.messages(text)).containsExactly(ChatMessage.user(text));
    }
  }
}
