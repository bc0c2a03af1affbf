package io.gdpo.group.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.artifacts.Digests;
import io.gdpo.chat.ChatAnswer;
import io.gdpo.chat.ChatRequest;
import io.gdpo.chat.ChatRequest.Message;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.spec.SynthesisSpec;
import io.gdpo.group.survey.GroupQuestion;
import io.gdpo.group.survey.GroupQuestion.Answer;
import io.gdpo.group.synthesis.SmallTalk;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What a chat model is asked about a question. The texts stand in files beside this class; what a
 * survey says goes into them as JSON, so that it stays data.
 */
final class DialoguePrompt {
  static final String OPENING = "opening";
  static final String QUESTION = "question";
  static final String ANSWERS = "answers";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SYSTEM = text("system.txt");
  private static final String ASKED = text("question.txt");
  private static final String REPAIR = text("repair.txt");

  /** Of five dialogues; some 60 words a text, with room. */
  private static final int TOKENS = 1_500;

  private static final int TOKENS_OF_AN_OPTION = 500;
  private static final int MOST_TOKENS = 16_000;

  /** Characters of an answer that the model is shown again. */
  private static final int MOST_QUOTED = 50_000;

  private DialoguePrompt() {}

  /** Of the texts, for who wants to know whether two datasets were asked for in the same words. */
  static String sha256() {
    return HexFormat.of()
        .formatHex(
            Digests.sha256().digest((SYSTEM + ASKED + REPAIR).getBytes(StandardCharsets.UTF_8)));
  }

  static ChatRequest first(SynthesisSpec spec, GroupQuestion question) {
    return request(spec, question, opening(question));
  }

  /**
   * Asks once more.
   *
   * @param answer the one that cannot be used
   * @param problems why not
   */
  static ChatRequest repair(
      SynthesisSpec spec, GroupQuestion question, ChatAnswer answer, List<String> problems) {
    List<Message> messages = new ArrayList<>(opening(question));
    String said =
        answer.text().isBlank()
            ? "{}"
            : Reason.harmless(Reason.beginning(answer.text(), MOST_QUOTED));
    messages.add(new Message("assistant", said));
    messages.add(
        new Message("user", REPAIR.replace("{problems}", "- " + String.join("\n- ", problems))));
    return request(spec, question, messages);
  }

  private static List<Message> opening(GroupQuestion question) {
    return List.of(
        new Message("system", SYSTEM),
        new Message("user", ASKED.replace("{data}", data(question))));
  }

  private static String data(GroupQuestion question) {
    ObjectNode data = JSON.createObjectNode();
    data.put("question", question.text());
    ObjectNode options = data.putObject("options");
    List<Answer> answers = question.answers();
    for (int i = 0; i < answers.size(); i++) {
      options.put(number(i), answers.get(i).option());
    }
    try {
      return JSON.writeValueAsString(data);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An option's key: its text may hold anything, and no model need repeat it letter by letter. */
  static String number(int option) {
    return Integer.toString(option + 1);
  }

  private static ChatRequest request(
      SynthesisSpec spec, GroupQuestion question, List<Message> messages) {
    int options = question.answers().size();
    return new ChatRequest(
        spec.model(),
        spec.seed(),
        messages,
        schema(options),
        Math.min(MOST_TOKENS, TOKENS + TOKENS_OF_AN_OPTION * options));
  }

  /** Every key by its name: a server that holds a model to it leaves nothing out. */
  private static ObjectNode schema(int options) {
    ObjectNode schema = object(JSON.createObjectNode());
    for (SmallTalk style : SmallTalk.ALL) {
      ObjectNode dialogue = object(property(schema, style.name()));
      property(dialogue, OPENING).put("type", "string");
      property(dialogue, QUESTION).put("type", "string");
      ObjectNode answers = object(property(dialogue, ANSWERS));
      for (int i = 0; i < options; i++) {
        property(answers, number(i)).put("type", "string");
      }
    }
    return schema;
  }

  private static ObjectNode object(ObjectNode schema) {
    schema.put("type", "object").put("additionalProperties", false);
    schema.putArray("required");
    schema.putObject("properties");
    return schema;
  }

  private static ObjectNode property(ObjectNode object, String name) {
    ((ArrayNode) object.get("required")).add(name);
    return ((ObjectNode) object.get("properties")).putObject(name);
  }

  private static String text(String file) {
    try (InputStream in = DialoguePrompt.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }
}
