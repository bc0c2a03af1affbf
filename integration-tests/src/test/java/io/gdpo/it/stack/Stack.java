package io.gdpo.it.stack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.view.ExperimentView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** A whole system, started by {@code gdpo up} as a process of its own and seen from outside. */
public final class Stack implements AutoCloseable {
  /** Where native programs are that services are run as, if they are not to run on the JVM. */
  private static final String NATIVE = "gdpo.it.native";

  private static final Duration START_LIMIT = Duration.ofSeconds(240);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private final Path home;
  private final Process launcher;
  private final Path output;

  private Stack(Path home, Process launcher, Path output) {
    this.home = home;
    this.launcher = launcher;
    this.output = output;
  }

  /**
   * Starts a system on {@code home}, be it a new one or a killed system's, and returns when it says
   * that it is ready.
   */
  public static Stack start(Path home) {
    return start(home, Map.of());
  }

  /** The same with settings, as environment variables. */
  public static Stack start(Path home, Map<String, String> settings) {
    return start(home, settings, Optional.ofNullable(System.getProperty(NATIVE)).map(Path::of));
  }

  /** The same, its services run as the programs of a folder. */
  public static Stack start(Path home, Map<String, String> settings, Path programs) {
    return start(home, settings, Optional.of(programs));
  }

  private static Stack start(Path home, Map<String, String> settings, Optional<Path> programs) {
    try {
      Files.createDirectories(home);
      Path output = home.resolve("up.log");
      List<String> arguments = new ArrayList<>(List.of("up", "--home", home.toString()));
      programs.ifPresent(folder -> arguments.addAll(List.of("--native", folder.toString())));
      ProcessBuilder up =
          Gdpo.command(Gdpo.script(), arguments.toArray(String[]::new))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
      up.environment().putAll(settings);
      Processes.mark(up.environment(), home);
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

  /** Everything that the launcher, and those before it on this home, have printed. */
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

  /** A service's present process; empty while it has none. */
  public Optional<ProcessHandle> process(String service) {
    return ProcessHandle.of(state().at("/services/" + service + "/process/pid").asLong())
        .filter(ProcessHandle::isAlive);
  }

  /** The database's first process; empty while there is none. */
  public Optional<ProcessHandle> database() {
    try {
      String pid = Files.readAllLines(home.resolve("postgres/data/postmaster.pid")).get(0);
      return ProcessHandle.of(Long.parseLong(pid.strip()));
    } catch (NoSuchFileException | IndexOutOfBoundsException stopped) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int restarts(String service) {
    return state().at("/services/" + service + "/restarts").asInt();
  }

  /** How the supervisor says that the parts fare. */
  public List<String> health() {
    return state().path("health").findValuesAsText("state");
  }

  /** The workers that run now, of services that live or have been killed. */
  public List<Worker> workers() {
    return Processes.of(home).stream().flatMap(p -> Worker.in(p).stream()).toList();
  }

  /** The experiment, if trainer-service answers well and soon. */
  public Optional<ExperimentView> glance(String experiment) {
    HttpRequest question =
        HttpRequest.newBuilder(URI.create(url("trainer-service") + "/experiments/" + experiment))
            .timeout(ANSWER_LIMIT)
            .build();
    return answered(question, 200)
        .map(
            body -> {
              try {
                return Json.EVENTS.readValue(body, ExperimentView.class);
              } catch (JsonProcessingException e) {
                throw new UncheckedIOException("Not an experiment: " + body, e);
              }
            });
  }

  /** What a job's processes wrote, if trainer-service answers well and soon. */
  public Optional<String> log(String job) {
    return answered(
        HttpRequest.newBuilder(URI.create(url("trainer-service") + "/jobs/" + job + "/logs"))
            .timeout(ANSWER_LIMIT)
            .build(),
        200);
  }

  /** Whether trainer-service takes the experiment in, now. */
  public boolean takes(String json) {
    HttpRequest submission =
        HttpRequest.newBuilder(URI.create(url("trainer-service") + "/experiments"))
            .timeout(ANSWER_LIMIT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build();
    return answered(submission, 200, 201).isPresent();
  }

  private static Optional<String> answered(HttpRequest request, int... well) {
    try {
      HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
      return IntStream.of(well).anyMatch(code -> code == answer.statusCode())
          ? Optional.of(answer.body())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // killed, or being started
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
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
