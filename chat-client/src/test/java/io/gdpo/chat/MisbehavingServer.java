package io.gdpo.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Speaks the chat API on this machine; what is queued answers first, then a good answer does. */
final class MisbehavingServer implements AutoCloseable {
  static final String GOOD =
      "{\"choices\":[{\"message\":{\"content\":\"Yes.\"},\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":12}}";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final HttpServer server;
  private final Queue<Behaviour> queued = new ConcurrentLinkedQueue<>();

  final List<JsonNode> requests = new CopyOnWriteArrayList<>();
  final List<String> tokens = new CopyOnWriteArrayList<>();

  /** One answer, or none. */
  interface Behaviour {
    void to(HttpExchange exchange) throws IOException, InterruptedException;
  }

  MisbehavingServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/v1/chat/completions", this::answer);
    server.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
  }

  MisbehavingServer first(Behaviour... behaviours) {
    queued.addAll(List.of(behaviours));
    return this;
  }

  private void answer(HttpExchange exchange) throws IOException {
    requests.add(JSON.readTree(exchange.getRequestBody()));
    tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    Behaviour behaviour = queued.poll();
    try {
      (behaviour == null ? status(200, GOOD) : behaviour).to(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }

  /** The name and value of a header may come behind the body. */
  static Behaviour status(int status, String body, String... header) {
    return exchange -> {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      if (header.length > 0) {
        exchange.getResponseHeaders().set(header[0], header[1]);
      }
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  /** Says nothing until the server is closed. */
  Behaviour silent() {
    return exchange -> closed.await();
  }

  /** Begins to answer, and then says nothing more. */
  Behaviour stalled() {
    return exchange -> {
      exchange.sendResponseHeaders(200, GOOD.length());
      exchange.getResponseBody().write(GOOD.substring(0, 20).getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
      closed.await();
    };
  }

  /** Promises more than it sends. */
  static Behaviour cut() {
    return exchange -> {
      exchange.sendResponseHeaders(200, GOOD.length());
      exchange.getResponseBody().write(GOOD.substring(0, 20).getBytes(StandardCharsets.UTF_8));
    };
  }

  /** Goes on for ever. */
  static Behaviour endless() {
    return exchange -> {
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream body = exchange.getResponseBody()) {
        byte[] much = new byte[1 << 16];
        while (true) {
          body.write(much);
        }
      }
    };
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
