package io.gdpo.local.stack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.embedded.ServerProbe;
import io.gdpo.local.home.StackHome;
import io.gdpo.local.infrastructure.Infrastructure;
import io.gdpo.local.service.Service;
import io.gdpo.local.stack.StackState.Phase;
import io.gdpo.local.stack.StackState.ServiceState;
import io.gdpo.local.supervision.Health;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * How a stack fares: each part is asked now, from outside, and what its supervisor knows is added
 * where it does not answer.
 *
 * @param parts Kafka, PostgreSQL and the services
 * @param remedy what to do if something does not answer; empty if all is well
 */
public record StackHealth(List<PartHealth> parts, String remedy) {
  private static final Duration LIMIT = Duration.ofSeconds(3);

  /**
   * A part of a stack.
   *
   * @param address where it listens; null while that is not known
   * @param answers whether it can be worked with now
   * @param words how it fares
   */
  public record PartHealth(
      String name, String address, boolean answers, String words, int restarts) {}

  /** Asks all parts at once; returns after some seconds at the most. */
  public static StackHealth ask(StackHome home, StackState stack) {
    HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build();
    List<CompletableFuture<PartHealth>> asked = new ArrayList<>();
    asked.add(
        part(
            stack,
            Infrastructure.KAFKA,
            stack.kafka(),
            () -> server(ServerProbe.kafka(stack.kafka(), LIMIT))));
    asked.add(
        part(
            stack,
            Infrastructure.POSTGRESQL,
            stack.database(),
            () -> server(ServerProbe.postgres(stack.database(), LIMIT))));
    for (Service service : Service.values()) {
      ServiceState state = stack.services().get(service.label());
      asked.add(
          part(
              stack,
              service.label(),
              state == null ? null : state.url().toString(),
              () -> ready(http, state)));
    }
    List<PartHealth> parts = asked.stream().map(CompletableFuture::join).toList();
    return new StackHealth(parts, remedy(home, stack, parts));
  }

  /** Whether everything can be worked with. */
  public boolean isWell() {
    return remedy.isEmpty();
  }

  private static CompletableFuture<PartHealth> part(
      StackState stack, String label, String address, Supplier<Optional<String>> trouble) {
    Optional<Health> seen = Optional.ofNullable(stack.health().get(label));
    int restarts = seen.map(Health::restarts).orElse(0);
    return CompletableFuture.supplyAsync(
            address == null ? () -> Optional.of("does not listen yet") : trouble)
        .thenApply(
            found ->
                new PartHealth(
                    label,
                    address,
                    found.isEmpty(),
                    found.map(words -> words + supervisors(seen)).orElse("answers"),
                    restarts));
  }

  private static String supervisors(Optional<Health> seen) {
    return seen.filter(health -> health.state() != Health.State.ANSWERS)
        .map(health -> "; it " + health.words())
        .orElse("");
  }

  private static Optional<String> server(boolean answers) {
    return answers ? Optional.empty() : Optional.of("does not answer");
  }

  private static Optional<String> ready(HttpClient http, ServiceState service) {
    HttpRequest question =
        HttpRequest.newBuilder(service.url().resolve("/q/health/ready"))
            .timeout(LIMIT)
            .GET()
            .build();
    try {
      HttpResponse<String> answer = http.send(question, HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200
          ? Optional.empty()
          : Optional.of("is not ready: " + failedChecks(answer.body()));
    } catch (IOException e) {
      return server(false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return server(false);
    }
  }

  /** What a health document says of the checks that fail. */
  private static String failedChecks(String document) {
    List<String> failed = new ArrayList<>();
    try {
      for (JsonNode check : Json.EVENTS.readTree(document).path("checks")) {
        if ("DOWN".equals(check.path("status").asText())) {
          failed.add(check.path("name").asText() + " fails");
        }
      }
    } catch (JsonProcessingException e) {
      failed.add(Reason.of(e));
    }
    return failed.isEmpty() ? "it does not say why" : String.join(", ", failed);
  }

  private static String remedy(StackHome home, StackState stack, List<PartHealth> parts) {
    if (home.isFull()) {
      return "The home " + home.root() + " " + home.freeSpace() + ": free some.";
    }
    if (parts.stream().allMatch(PartHealth::answers)) {
      return "";
    }
    if (stack.phase() != Phase.READY) {
      return "The stack is "
          + (stack.phase() == Phase.STARTING ? "starting" : "stopping")
          + " (process "
          + stack.supervisor().pid()
          + "); ask again in some seconds. Logs are in "
          + home.logs()
          + ".";
    }
    return "What ended, or does not answer for long, is started again by the stack itself: ask again"
        + " in some seconds. If that does not help: 'gdpo down', then 'gdpo up --detach'. Logs are"
        + " in "
        + home.logs()
        + ".";
  }
}
