package io.gdpo.chat;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Answers from what was asked before, and asks only what is new: a call is kept, with all that was
 * sent and all that came, before anybody sees its answer. Safe for several threads, each asking
 * something else.
 */
public final class KeptChat {
  /** In ASCII: a model may write half of a surrogate pair, which UTF-8 cannot hold. */
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final URI endpoint;
  private final Optional<ChatClient> client;
  private final Transcripts transcripts;
  private final Spending spending;

  /**
   * @param endpoint the server: models of one name may differ between two
   * @param client asks it; empty if nothing is to be asked
   * @param spending counts answers, kept ones too, so that a total does not depend on how often a
   *     process was started
   */
  public KeptChat(
      URI endpoint, Optional<ChatClient> client, Transcripts transcripts, Spending spending) {
    this.endpoint = endpoint;
    this.client = client;
    this.transcripts = transcripts;
    this.spending = spending;
  }

  /**
   * The answer, kept or new.
   *
   * @return empty if it is not kept and nothing is to be asked
   * @throws ChatException if there is none, or nothing is left to spend
   */
  public Optional<ChatAnswer> ask(ChatRequest request) {
    String name = name(request);
    Optional<ChatAnswer> answer = transcripts.find(name).map(kept -> read(name, kept));
    if (answer.isEmpty() && client.isPresent()) {
      spending.requireSomeLeft();
      ChatClient.Call call = client.get().ask(request);
      transcripts.keep(name, transcript(call));
      answer = Optional.of(ChatAnswer.of(call.request(), call.response()));
    }
    answer.ifPresent(spending::add);
    return answer;
  }

  /** The same request has the same name, whichever optional fields the server takes. */
  private String name(ChatRequest request) {
    ObjectNode asked = request.body(Set.of());
    asked.put("endpoint", endpoint.toString());
    return sha256(bytes(asked)) + ".json";
  }

  private byte[] transcript(ChatClient.Call call) {
    ObjectNode transcript = JSON.createObjectNode();
    transcript.put("endpoint", endpoint.toString());
    transcript.set("request", call.request());
    transcript.set("response", call.response());
    return bytes(transcript);
  }

  private static ChatAnswer read(String name, byte[] kept) {
    try {
      JsonNode transcript = JSON.readTree(kept);
      return ChatAnswer.of(transcript.path("request"), transcript.path("response"));
    } catch (IOException | IllegalArgumentException e) {
      throw ChatException.lasting(
          "the transcript " + name + " cannot be read; delete it to have the model asked again", e);
    }
  }

  private static byte[] bytes(JsonNode json) {
    try {
      return JSON.writeValueAsBytes(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
