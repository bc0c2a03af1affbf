package io.gdpo.it.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.contracts.Json;
import io.gdpo.it.stack.Records;
import io.gdpo.it.stack.Stack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.awaitility.Awaitility;

/** Both ways into the services of a running system: REST and Kafka. */
final class Doors implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** What a row of the table may differ in by its door, or by the moment. */
  private static final List<String> OF_ONE_ONLY =
      List.of(
          "experiment",
          "job_id",
          "dataset_id",
          "folder_uri",
          "attempts",
          "progress",
          "waits_for",
          "requested_at",
          "submitted_at",
          "queued_at",
          "started_at",
          "finished_at");

  private final HttpClient http = HttpClient.newHttpClient();
  private final Stack stack;
  private final Records records;

  /** Events that were looked at: what comes again is another one. */
  private final Set<String> known = new HashSet<>();

  Doors(Stack stack) {
    this.stack = stack;
    this.records = new Records(stack);
  }

  /** What REST answered; a body that is no JSON is null. */
  record Answer(int status, JsonNode body) {}

  Answer post(Subject subject, Call call) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(stack.url(subject.service()) + call.path()))
            .header("Content-Type", "application/json")
            .method(call.method(), HttpRequest.BodyPublishers.ofString(call.body()))
            .build();
    return answer(request);
  }

  /** How REST shows something; the problem of status 404 where there is nothing. */
  JsonNode view(Subject subject) {
    return answer(
            HttpRequest.newBuilder(URI.create(stack.url(subject.service()) + subject.address()))
                .build())
        .body();
  }

  JsonNode awaitView(Subject subject, String state) {
    return Awaitility.await(subject + " is " + state)
        .atMost(LIMIT)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> view(subject), view -> state.equals(state(view)));
  }

  /** The running system's. */
  Path home() {
    return stack.home();
  }

  static String state(JsonNode view) {
    return view.path(view.has("state") ? "state" : "status").asText();
  }

  private Answer answer(HttpRequest request) {
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      return new Answer(answer.statusCode(), json(answer.body()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Sends a command; gives the id of the event. */
  String send(Subject subject, Call call) {
    String id = UUID.randomUUID().toString();
    records.send(
        subject.topic(),
        subject.id(),
        Map.of("ce_id", id, "ce_type", "io.gdpo." + call.event()),
        call.data());
    return id;
  }

  /** Why an event was put aside. */
  String deadLetter(Subject subject, String eventId) {
    return records
        .await(
            "the dead letter of " + subject,
            LIMIT,
            r ->
                r.topic().equals(subject.topic() + ".dlq")
                    && eventId.equals(r.headers().get("ce_id")))
        .headers()
        .get("dead-letter-reason");
  }

  /** The next event of this name about a subject. */
  JsonNode told(Subject subject, String event) {
    Records.Seen seen =
        records.await(
            event + " of " + subject,
            LIMIT,
            r ->
                r.is(event)
                    && subject.id().equals(r.key())
                    && !known.contains(r.headers().get("ce_id")));
    known.add(seen.headers().get("ce_id"));
    return seen.json();
  }

  /** What is told of both, by the name of each, without what only one of them can have. */
  static JsonNode normal(JsonNode told, Subject subject) {
    JsonNode all = json(told.toString().replace(subject.id(), "ID"));
    for (JsonNode object : all.findParents("name")) {
      if ("QUEUED".equals(object.path("status").asText())) {
        ((ObjectNode) object).put("status", "RUNNING");
      }
    }
    strip(all);
    return all;
  }

  private static void strip(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove(OF_ONE_ONLY);
    }
    node.forEach(Doors::strip);
  }

  /** The fields that an event and a view both have say the same. */
  static void assertSame(JsonNode event, JsonNode view) {
    event
        .properties()
        .forEach(
            field -> {
              if (view.has(field.getKey())) {
                assertThat(field.getValue()).as(field.getKey()).isEqualTo(view.get(field.getKey()));
              }
            });
  }

  static JsonNode json(String text) {
    try {
      return Json.EVENTS.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("Not JSON: " + text, e);
    }
  }

  @Override
  public void close() {
    records.close();
  }

  /**
   * What a command is about.
   *
   * @param path of its view, before its id
   */
  record Subject(String service, String path, String topic, String id) {
    static Subject experiment(String name) {
      return new Subject("trainer-service", "/experiments/", "gdpo.experiments", name);
    }

    static Subject job(String id) {
      return new Subject("trainer-service", "/jobs/", "gdpo.jobs", id);
    }

    static Subject dataset(String id) {
      return new Subject("dataset-service", "/datasets/", "gdpo.datasets", id);
    }

    static Subject evaluation(String id) {
      return new Subject("evaluator-service", "/evaluations/", "gdpo.evaluations", id);
    }

    /** Of its view. */
    String address() {
      return path + id.replace("\0", "%00");
    }

    @Override
    public String toString() {
      return address();
    }
  }

  /**
   * A command in the words of both doors.
   *
   * @param method of the request
   * @param path that it is sent to
   * @param body sent
   * @param event its name
   * @param data of the event
   */
  record Call(String method, String path, String body, String event, String data) {
    Call(String path, String body, String event, String data) {
      this("POST", path, body, event, data);
    }
  }
}
