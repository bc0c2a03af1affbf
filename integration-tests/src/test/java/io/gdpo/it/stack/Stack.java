package io.gdpo.it.stack;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.view.ExperimentView;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A whole system, started by {@code gdpo up} as a process of its own and seen from outside. */
public final class Stack implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(240);

  private final Path home;
  private final Process launcher;
  private final Path output;

  private Stack(Path home, Process launcher, Path output) {
    this.home = home;
    this.launcher = launcher;
    this.output = output;
  }

  /** Starts a system on {@code home} and returns when it says that it is ready. */
  public static Stack start(Path home) {
    return start(home, Map.of());
  }

  /** The same with settings, as environment variables. */
  public static Stack start(Path home, Map<String, String> settings) {
    try {
      Files.createDirectories(home);
      Path output = home.resolve("up.log");
      ProcessBuilder up =
          Gdpo.command(Gdpo.script(), "up", "--home", home.toString())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      up.environment().putAll(settings);
      Process launcher = up.start();
      Stack stack = new Stack(home, launcher, output);
      Awaitility.await("the stack is ready")
          .atMost(START_LIMIT)
          .pollInterval(Duration.ofMillis(200))
          .failFast(stack::requireLauncher)
          .until(stack::isReady);
      return stack;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void requireLauncher() {
    if (!launcher.isAlive()) {
      throw new AssertionError("the launcher ended:\n" + said());
    }
  }

  private boolean isReady() {
    return readState()
        .filter(s -> s.at("/supervisor/pid").asLong() == launcher.pid())
        .map(s -> s.path("phase").asText().equals("READY"))
        .orElse(false);
  }

  private Optional<JsonNode> readState() {
    Path file = home.resolve("stack.json");
    try {
      return Files.exists(file)
          ? Optional.of(Json.EVENTS.readTree(Files.readAllBytes(file)))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode state() {
    return readState().orElseThrow();
  }

  public Path home() {
    return home;
  }

  public Process launcher() {
    return launcher;
  }

  /** Everything that the launcher has printed. */
  public String said() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String kafka() {
    return state().path("kafka").asText();
  }

  public String url(String service) {
    return state().at("/services/" + service + "/url").asText();
  }

  /** A service's present process. */
  public ProcessHandle process(String service) {
    return ProcessHandle.of(state().at("/services/" + service + "/process/pid").asLong())
        .orElseThrow();
  }

  public int restarts(String service) {
    return state().at("/services/" + service + "/restarts").asInt();
  }

  /** How the supervisor says that the parts fare. */
  public List<String> health() {
    return state().path("health").findValuesAsText("state");
  }

  /** The processes that run a job of the given kind ({@code train}, {@code evaluate}). */
  public List<ProcessHandle> jobs(String service, String kind) {
    return process(service)
        .descendants()
        .filter(p -> p.info().arguments().map(a -> List.of(a).contains(kind)).orElse(false))
        .toList();
  }

  /** The experiment as trainer-service tells it. */
  public ExperimentView experiment(String name) {
    return RestAssured.given()
        .baseUri(url("trainer-service"))
        .get("/experiments/{name}", name)
        .then()
        .statusCode(200)
        .extract()
        .as(ExperimentView.class, StackJson.MAPPER);
  }

  /** Submits an experiment over REST. */
  public ExperimentView submit(String json) {
    return RestAssured.given()
        .baseUri(url("trainer-service"))
        .contentType("application/json")
        .body(json)
        .post("/experiments")
        .then()
        .extract()
        .as(ExperimentView.class, StackJson.MAPPER);
  }

  /** Stops the system as Ctrl-C does. */
  @Override
  public void close() {
    launcher.destroy();
    try {
      if (!launcher.waitFor(60, TimeUnit.SECONDS)) {
        launcher.destroyForcibly();
        throw new AssertionError("the launcher did not end when it was asked to:\n" + said());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
