package io.gdpo.group.examples;

import static io.gdpo.data.DialogueText.quoted;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.data.DialogueText;
import io.gdpo.group.Bounds;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Messages with a role as the text that the reference's dialogues have: {@code \n\nHuman: ...},
 * {@code \n\nAssistant: ...}; what a system message says stands before them. {@link DialogueText}
 * reads it back.
 *
 * @param messages in order
 */
record Conversation(List<Message> messages) {
  private static final String HUMAN = DialogueText.HUMAN + " ";

  /** What a prompt ends with. */
  static final String ASSISTANT = DialogueText.ASSISTANT;

  /** One message; the role is {@code system}, {@code user} or {@code assistant}. */
  record Message(String role, String content) {}

  Conversation {
    messages = List.copyOf(messages);
  }

  /** Whether a value is a list of messages, not a text. */
  static boolean isOne(JsonNode value) {
    return value.isArray() && value.size() > 0 && value.get(0).isObject();
  }

  /**
   * Reads a list of {@code {"role": ..., "content": ...}}.
   *
   * @param field where it stands, for errors
   */
  static Conversation of(FieldReader fields, String field, JsonNode list) {
    List<Message> messages = new ArrayList<>();
    for (JsonNode node : list) {
      if (!node.path("role").isTextual() || !node.path("content").isTextual()) {
        throw fields.wrong(
            field,
            "a message needs the texts 'role' and 'content', this is " + FieldReader.shown(node));
      }
      messages.add(
          new Message(
              role(fields, field, node.get("role").textValue()),
              fields.string(field, node.get("content"), Bounds.TEXT)));
    }
    if (messages.isEmpty()) {
      throw fields.wrong(field, "holds no message");
    }
    return new Conversation(messages);
  }

  private static String role(FieldReader fields, String field, String role) {
    return switch (role.toLowerCase(Locale.ROOT)) {
      case "system" -> "system";
      case "user", "human" -> "user";
      case "assistant" -> "assistant";
      default ->
          throw fields.wrong(
              field, "the role of a message must be system, user or assistant, is '" + role + "'");
    };
  }

  /** These messages and others behind them. */
  Conversation with(Conversation others) {
    List<Message> all = new ArrayList<>(messages);
    all.addAll(others.messages);
    return new Conversation(all);
  }

  /** How many messages both begin with. */
  int common(Conversation other) {
    int common = 0;
    while (common < Math.min(messages.size(), other.messages.size())
        && messages.get(common).equals(other.messages.get(common))) {
      common++;
    }
    return common;
  }

  /** All messages as a prompt that the assistant answers. */
  String prompt() {
    return prompt(messages.size());
  }

  /** The first messages as a prompt that the assistant answers. */
  String prompt(int first) {
    StringBuilder text = new StringBuilder();
    for (Message message : messages.subList(0, first)) {
      text.append(
          switch (message.role) {
            case "system" -> quoted(message.content);
            case "user" -> HUMAN + quoted(message.content);
            default -> ASSISTANT + quoted(answer(message.content));
          });
    }
    return text.append(ASSISTANT).toString();
  }

  /** One turn of a person as a prompt that the assistant answers. */
  static String turn(String said) {
    return HUMAN + quoted(said) + ASSISTANT;
  }

  /** An answer as it stands behind {@link #ASSISTANT}. */
  static String answer(String said) {
    return " " + said.strip();
  }
}
