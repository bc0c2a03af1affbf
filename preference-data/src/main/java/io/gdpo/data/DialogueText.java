package io.gdpo.data;

import io.gdpo.lm.chat.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A dialogue as one text, as the reference implementation writes it and Anthropic's HH has it, and
 * back into messages. What is said before the first turn is the system's. So that no message can
 * pass for another, a turn's mark within a message has one blank more in the text, and one less
 * when it is read.
 */
public final class DialogueText {
  /** What a turn of a person begins with. */
  public static final String HUMAN = "\n\nHuman:";

  /** What a turn of the assistant begins with, and a prompt ends with. */
  public static final String ASSISTANT = "\n\nAssistant:";

  private static final Pattern MARK = Pattern.compile(HUMAN + "|" + ASSISTANT);
  private static final Pattern WITHIN = Pattern.compile("\n\n( *)(Human:|Assistant:)");
  private static final Pattern QUOTED = Pattern.compile("\n\n ( *)(Human:|Assistant:)");

  private DialogueText() {}

  /** What a message says, as it stands in a dialogue. */
  public static String quoted(String said) {
    return WITHIN.matcher(said).replaceAll("\n\n $1$2");
  }

  private static String unquoted(String said) {
    return QUOTED.matcher(said).replaceAll("\n\n$1$2");
  }

  /** Whether a prompt is a dialogue that the assistant is to answer, not a text of its own. */
  static boolean isOne(String prompt) {
    return prompt.stripTrailing().endsWith(ASSISTANT) && prompt.contains(HUMAN);
  }

  /** A prompt's messages; of a text of its own one, a person's. */
  static List<ChatMessage> messages(String prompt) {
    if (!isOne(prompt)) {
      return List.of(ChatMessage.user(prompt));
    }
    List<ChatMessage> messages = new ArrayList<>();
    Matcher mark = MARK.matcher(prompt);
    String role = "system";
    int begin = 0;
    while (mark.find()) {
      add(messages, role, prompt.substring(begin, mark.start()));
      role = mark.group().equals(HUMAN) ? "user" : "assistant";
      begin = mark.end();
    }
    return messages;
  }

  private static void add(List<ChatMessage> messages, String role, String text) {
    switch (role) {
      case "system" -> {
        if (!text.isEmpty()) {
          messages.add(new ChatMessage(role, unquoted(text)));
        }
      }
      case "user" ->
          messages.add(ChatMessage.user(unquoted(text.startsWith(" ") ? text.substring(1) : text)));
      default -> messages.add(ChatMessage.assistant(unquoted(text.strip())));
    }
  }
}
