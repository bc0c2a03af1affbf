package io.gdpo.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.StreamSupport;

/**
 * What came back.
 *
 * @param text the words; empty if there are none
 * @param refusal why the model does not answer, in its words or the server's; null if it does
 * @param isCut whether the answer ends where no more tokens were allowed
 * @param inputTokens of the request, as the server counts them; about as many if it does not
 * @param outputTokens of the answer, likewise
 */
public record ChatAnswer(
    String text, String refusal, boolean isCut, long inputTokens, long outputTokens) {

  /** Fewer than a token of English has, so that what is not counted is not counted too low. */
  private static final int CHARACTERS_OF_A_TOKEN = 3;

  /**
   * Reads a server's answer.
   *
   * @param request what it was sent
   * @throws IllegalArgumentException if it is none, with what is missing
   */
  static ChatAnswer of(JsonNode request, JsonNode body) {
    JsonNode choice = body.path("choices").path(0);
    JsonNode message = choice.path("message");
    JsonNode content = message.path("content");
    if (!message.isObject()
        || !(content.isTextual() || content.isNull() || content.isMissingNode())) {
      throw new IllegalArgumentException("it has no text at choices[0].message.content");
    }
    String end = choice.path("finish_reason").asText();
    String refusal =
        message.path("refusal").isTextual()
            ? message.path("refusal").asText()
            : end.equals("content_filter") ? "the server's filter held the answer back" : null;
    String text = content.isTextual() ? content.asText() : "";
    int asked =
        StreamSupport.stream(request.path("messages").spliterator(), false)
            .mapToInt(turn -> turn.path("content").asText().length())
            .sum();
    return new ChatAnswer(
        text,
        refusal,
        end.equals("length"),
        tokens(body.path("usage").path("prompt_tokens"), asked),
        tokens(body.path("usage").path("completion_tokens"), text.length()));
  }

  private static long tokens(JsonNode counted, int characters) {
    return counted.canConvertToLong() && counted.asLong() >= 0
        ? counted.asLong()
        : characters / CHARACTERS_OF_A_TOKEN + 1;
  }
}
