package io.gdpo.local.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.local.service.Service;
import io.gdpo.local.service.ServiceAddresses;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import io.gdpo.local.upload.Outgoing;
import io.gdpo.local.upload.ToldStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * One service's REST interface: JSON there and back, and problem details (RFC 9457) turned into
 * failures that a person can act on.
 */
final class RestClient {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofDays(1);

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final URI base;
  private final String service;
  private final String remedy;
  private final ServiceAddresses services;

  RestClient(Service service, ServiceAddresses services) {
    this.service = service.label();
    this.remedy = services.ifAway(service);
    String root = services.url(service).toString();
    this.base = URI.create(root.endsWith("/") ? root : root + "/");
    this.services = services;
  }

  <T> T get(String path, Class<T> type) {
    return read(path, getText(path), type);
  }

  String getText(String path) {
    return send(request(path).GET().build());
  }

  <T> T post(String path, String json, Class<T> type) {
    HttpRequest.BodyPublisher body =
        json.isEmpty()
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(json);
    return read(
        path,
        send(request(path).header("Content-Type", "application/json").POST(body).build()),
        type);
  }

  /** Sends a file, as long as that takes. */
  <T> T postFile(String path, Outgoing file, Consumer<String> progress, Class<T> type) {
    long bytes = file.bytes();
    HttpRequest.BodyPublisher body =
        bytes == 0
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.fromPublisher(
                HttpRequest.BodyPublishers.ofInputStream(() -> open(file, bytes, progress)), bytes);
    HttpRequest request =
        request(path)
            .timeout(LONGEST)
            .header(
                "Content-Type", file.isArchive() ? "application/zip" : "application/octet-stream")
            .header("Repr-Digest", file.digest())
            .POST(body)
            .build();
    return read(path, send(request), type);
  }

  private static InputStream open(Outgoing file, long bytes, Consumer<String> progress) {
    try {
      return new ToldStream(Files.newInputStream(file.file()), bytes, progress);
    } catch (IOException e) {
      throw new UncheckedIOException(file.file() + " cannot be read", e);
    }
  }

  void delete(String path) {
    send(request(path).DELETE().build());
  }

  /** A path segment or query value that holds {@code text}. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path.substring(1))).timeout(LIMIT);
    services.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    return request;
  }

  private <T> T read(String path, String json, Class<T> type) {
    try {
      return Json.EVENTS.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new CommandFailure(
          ExitCode.EXPERIMENT_FAILED,
          service + " answered " + base.resolve(path) + " with something else than expected: " + e,
          "Is it of the same version as this gdpo? Build both anew with --rebuild.",
          e);
    }
  }

  private String send(HttpRequest request) {
    HttpResponse<String> response;
    try {
      response = http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.NOT_REACHABLE,
          service + " does not answer at " + request.uri() + ": " + reason(e),
          remedy,
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.INTERRUPTED, "Interrupted while asking " + service, "", e);
    }
    if (response.statusCode() >= 400) {
      throw problem(request, response);
    }
    return response.body();
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private CommandFailure problem(HttpRequest request, HttpResponse<String> response) {
    String message = describe(response);
    return switch (response.statusCode()) {
      case 400, 413, 415, 422 ->
          new CommandFailure(
              ExitCode.INVALID_INPUT,
              service + " refused it: " + message,
              "Mend it and try again.");
      case 401, 403 -> new CommandFailure(ExitCode.NOT_ALLOWED, message, "");
      case 429 -> new CommandFailure(ExitCode.NOT_REACHABLE, message, "");
      case 404 ->
          new CommandFailure(
              ExitCode.NOT_FOUND, message, "'gdpo status' lists the experiments and their jobs.");
      case 409 ->
          new CommandFailure(
              ExitCode.CONFLICT,
              message,
              request.uri().getPath().endsWith("/experiments")
                  ? "See 'gdpo status'; a changed experiment needs another name."
                  : "See 'gdpo status'.");
      case 502, 503, 504 ->
          new CommandFailure(
              ExitCode.NOT_REACHABLE,
              service + " cannot answer now (status " + response.statusCode() + "): " + message,
              "Try again in some seconds; 'gdpo status' tells how the system's parts fare.");
      default ->
          new CommandFailure(
              ExitCode.EXPERIMENT_FAILED,
              service
                  + " answered "
                  + request.method()
                  + " "
                  + request.uri()
                  + " with status "
                  + response.statusCode()
                  + ": "
                  + message,
              "'gdpo status' tells how the system's parts fare, 'gdpo logs "
                  + service
                  + "' what went wrong.");
    };
  }

  private static String describe(HttpResponse<String> response) {
    JsonNode problem;
    try {
      problem = Json.EVENTS.readTree(response.body());
    } catch (JsonProcessingException e) {
      return response.body(); // not a problem document: as it came
    }
    StringBuilder text = new StringBuilder(problem.path("detail").asText(""));
    if (text.isEmpty()) {
      text.append(problem.path("title").asText("status " + response.statusCode()));
    }
    for (JsonNode error : problem.path("errors")) {
      String line = error.path("field").asText() + ": " + error.path("message").asText();
      if (text.indexOf(line) < 0) { // the detail says it already
        text.append("\n  ").append(line);
      }
    }
    return text.toString();
  }
}
