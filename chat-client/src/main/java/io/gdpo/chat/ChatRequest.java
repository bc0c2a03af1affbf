package io.gdpo.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/**
 * What a model is asked.
 *
 * @param model as the server names it
 * @param seed of its sampling, where the server knows seeds
 * @param messages of the conversation, the last one to be answered
 * @param schema a JSON schema of the answer, for servers that hold a model to one; null for free
 *     text
 * @param mostTokens of the answer
 */
public record ChatRequest(
    String model, long seed, List<Message> messages, JsonNode schema, int mostTokens) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Fields that a server need not know, and is asked without if it refuses them. */
  static final List<String> OPTIONAL = List.of("response_format", "seed", "max_tokens");

  /**
   * One turn.
   *
   * @param role {@code system}, {@code user} or {@code assistant}
   */
  public record Message(String role, String content) {}

  public ChatRequest {
    messages = List.copyOf(messages);
  }

  /**
   * As it is sent.
   *
   * @param without optional fields that the server refuses
   */
  ObjectNode body(Set<String> without) {
    ObjectNode body = JSON.createObjectNode();
    body.put("model", model);
    ArrayNode turns = body.putArray("messages");
    messages.forEach(
        message -> turns.addObject().put("role", message.role()).put("content", message.content()));
    body.put("seed", seed);
    body.put("max_tokens", mostTokens);
    if (schema != null) {
      ObjectNode format = body.putObject("response_format");
      format.put("type", "json_schema");
      format
          .putObject("json_schema")
          .put("name", "answer")
          .put("strict", true)
          .set("schema", schema);
    }
    body.remove(without);
    return body;
  }
}
