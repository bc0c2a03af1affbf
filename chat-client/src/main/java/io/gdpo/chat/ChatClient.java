package io.gdpo.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Asks a server that speaks OpenAI's chat API. A call that fails and may succeed (429, 5xx, a cut
 * or silent connection, an answer that is none) is made again after a wait; other refusals are
 * failures at once. An optional field that a server refuses by name is left out from then on.
 * Redirects are not followed: they would take the token elsewhere. Safe for several threads.
 */
public final class ChatClient {
  private static final int MOST_BYTES = 8 << 20;
  private static final Duration CONNECT = Duration.ofSeconds(30);
  private static final int LONGEST_QUOTE = 300;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final ChatServer server;
  private final Consumer<String> log;
  private final HttpClient http;
  private final Set<String> refusedFields = new ConcurrentSkipListSet<>();

  /**
   * @param log takes a line for each call that is made again
   */
  public ChatClient(ChatServer server, Consumer<String> log) {
    this.server = server;
    this.log = log;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT)
            .build();
  }

  /**
   * A call that succeeded.
   *
   * @param request as it was sent
   * @param response as it came
   */
  record Call(JsonNode request, JsonNode response) {}

  /** What is wrong with a call that may be right the next time, and the wait that is asked for. */
  private record Failure(String problem, Optional<Duration> asked, Throwable cause) {
    static Failure of(String problem, Throwable cause) {
      return new Failure(problem, Optional.empty(), cause);
    }
  }

  /**
   * Asks until there is an answer.
   *
   * @throws ChatException if there is none
   */
  Call ask(ChatRequest request) {
    for (int failures = 1; ; failures++) {
      Set<String> without = new TreeSet<>(refusedFields);
      ObjectNode body = request.body(without);
      Failure failure;
      try {
        HttpResponse<byte[]> response = send(body);
        if (response.statusCode() == 200) {
          JsonNode answer = JSON.readTree(response.body());
          ChatAnswer.of(body, answer);
          return new Call(body, answer);
        }
        if (leavesOut(response, body)) {
          failures--;
          continue;
        }
        failure = passing(response);
      } catch (JsonProcessingException e) {
        failure = Failure.of("what came is no whole JSON", e);
      } catch (IllegalArgumentException e) {
        failure = Failure.of("what came is no answer: " + e.getMessage(), e);
      } catch (TimeoutException e) {
        failure = Failure.of("nothing came within " + server.timeout().toMillis() / 1e3 + " s", e);
      } catch (IOException e) {
        failure = Failure.of("the connection failed: " + told(e), e);
      }
      waitAfter(failure, failures);
    }
  }

  private HttpResponse<byte[]> send(ObjectNode body) throws IOException, TimeoutException {
    HttpRequest.Builder call =
        HttpRequest.newBuilder(server.completions())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
    server.token().ifPresent(token -> call.header("Authorization", "Bearer " + token));
    CompletableFuture<HttpResponse<byte[]>> response =
        http.sendAsync(call.build(), head -> new BoundedBody(MOST_BYTES));
    try {
      return response.get(server.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(told(e.getCause()), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ChatException.passing(server + ": interrupted", e);
    } finally {
      response.cancel(true); // a call that is over hears nothing of it
    }
  }

  private static String told(Throwable failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  /** Whether the server refuses a field that it was sent and that can be left out. */
  private boolean leavesOut(HttpResponse<byte[]> response, ObjectNode body) {
    if (response.statusCode() != 400 && response.statusCode() != 422) {
      return false;
    }
    String words = text(response);
    return ChatRequest.OPTIONAL.stream()
        .filter(body::has)
        .filter(field -> Pattern.compile("\\b" + field + "\\b").matcher(words).find())
        .findFirst()
        .map(
            field -> {
              if (refusedFields.add(field)) {
                log.accept(server + " does not take " + field + "; it is left out from now on");
              }
              return true;
            })
        .orElse(false);
  }

  /**
   * What a server says that may answer the next time.
   *
   * @throws ChatException if it will not
   */
  private Failure passing(HttpResponse<byte[]> response) {
    int status = response.statusCode();
    String remedy =
        switch (status) {
          case 401, 403 ->
              ". Give its token to the service as the environment variable "
                  + ChatServer.TOKEN
                  + ", or another one";
          case 404 -> ". Is the endpoint right (most end with /v1), and is the model there?";
          default ->
              status / 100 == 3
                  ? ". Redirects are not followed; name the address that answers itself"
                  : "";
        };
    String problem = "HTTP " + status + ": " + quoted(response) + remedy;
    if (status == 400 || status == 413 || status == 422) {
      throw ChatException.ofRequest(server + ": " + problem);
    }
    if (status != 408 && status != 409 && status != 429 && status < 500) {
      throw ChatException.lasting(server + ": " + problem);
    }
    return new Failure(problem, AskedWait.in(response.headers(), Instant.now()), null);
  }

  private void waitAfter(Failure failure, int failures) {
    if (failures > server.retries()) {
      throw ChatException.passing(
          server
              + ": "
              + failure.problem()
              + " (tried "
              + failures
              + " times). See whether the server is well and ask again: what it has answered is kept",
          failure.cause());
    }
    Duration wait =
        failure
            .asked()
            .orElseGet(() -> server.waitBefore(failures, ThreadLocalRandom.current().nextDouble()));
    if (wait.compareTo(server.longestAskedWait()) > 0) {
      throw ChatException.passing(
          server
              + ": "
              + failure.problem()
              + ", and asks to wait "
              + wait.toSeconds()
              + " s. Ask again after that time: what it has answered is kept",
          failure.cause());
    }
    log.accept(
        server + ": " + failure.problem() + "; trying again in " + wait.toMillis() / 1e3 + " s");
    try {
      Thread.sleep(wait.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ChatException.passing(server + ": interrupted", e);
    }
  }

  private String quoted(HttpResponse<byte[]> response) {
    String text = text(response).replaceAll("\\s+", " ").strip();
    String shown = text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "..." : text;
    // Some servers repeat the token that they refuse.
    return server.token().map(token -> shown.replace(token, "(secret)")).orElse(shown);
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }
}
