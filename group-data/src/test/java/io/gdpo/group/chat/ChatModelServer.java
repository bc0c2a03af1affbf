package io.gdpo.group.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * A chat model on this machine that writes what it is asked for, unless something else is queued:
 * its content is put through the next of the queue.
 */
public final class ChatModelServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final Queue<UnaryOperator<String>> queued = new ConcurrentLinkedQueue<>();
  private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

  public final List<JsonNode> requests = new CopyOnWriteArrayList<>();
  public final AtomicInteger paid = new AtomicInteger();
  private final AtomicInteger now = new AtomicInteger();

  /** Calls at one time, at most. */
  public final AtomicInteger most = new AtomicInteger();

  public ChatModelServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/v1/chat/completions", this::answer);
    server.start();
  }

  public String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
  }

  /** What becomes of the next contents; null is HTTP 400. */
  @SafeVarargs
  public final ChatModelServer next(UnaryOperator<String>... contents) {
    queued.addAll(List.of(contents));
    return this;
  }

  /** Answers so many calls, and refuses all others until it is told anew. */
  public void answers(int calls) {
    left.set(calls);
  }

  private void answer(HttpExchange exchange) throws IOException {
    JsonNode request = JSON.readTree(exchange.getRequestBody());
    requests.add(request);
    most.accumulateAndGet(now.incrementAndGet(), Math::max);
    ObjectNode body = JSON.createObjectNode();
    int status = left.getAndDecrement() <= 0 ? 401 : 200;
    String content = dialogues(question(request)).toString();
    if (status == 200) {
      UnaryOperator<String> change = queued.poll();
      content = change == null ? content : change.apply(content);
      status = content == null ? 400 : 200;
    }
    if (status == 200) {
      paid.incrementAndGet();
      ObjectNode choice = body.putArray("choices").addObject();
      choice.putObject("message").put("content", content);
      choice.put("finish_reason", "stop");
      body.putObject("usage").put("prompt_tokens", 100).put("completion_tokens", 50);
    }
    byte[] bytes = JSON.writeValueAsBytes(body);
    now.decrementAndGet();
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** What a request asks about: the JSON in its first turn of a user. */
  public static JsonNode question(JsonNode request) {
    String asked = request.at("/messages/1/content").asText();
    try {
      return JSON.readTree(asked.substring(asked.indexOf('{')));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Dialogues as they should be. */
  public static ObjectNode dialogues(JsonNode question) {
    ObjectNode dialogues = JSON.createObjectNode();
    for (int style = 1; style <= 5; style++) {
      ObjectNode dialogue = dialogues.putObject("style-" + style);
      dialogue.put("opening", "Good morning number " + style + ".");
      dialogue.put("question", "Way " + style + ": " + question.path("question").asText());
      ObjectNode answers = dialogue.putObject("answers");
      for (JsonNode number : numbers(question.path("options"))) {
        answers.put(
            number.asText(),
            "My answer is " + question.path("options").path(number.asText()).asText() + ".");
      }
    }
    return dialogues;
  }

  private static Iterable<JsonNode> numbers(JsonNode options) {
    List<JsonNode> numbers = new CopyOnWriteArrayList<>();
    options.fieldNames().forEachRemaining(name -> numbers.add(JSON.valueToTree(name)));
    return numbers;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
