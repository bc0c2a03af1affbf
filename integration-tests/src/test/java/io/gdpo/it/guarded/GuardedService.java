package io.gdpo.it.guarded;

import io.gdpo.embedded.EmbeddedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A packaged service as a process that is given all it needs by its environment. */
final class GuardedService implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("Listening on: http://[^:]+:(\\d+)");

  private final Process process;
  private final Path log;

  /**
   * Starts it; returns at once.
   *
   * @param kafka its settings of Kafka's clients
   * @param more environment variables
   */
  GuardedService(
      String service,
      Path folder,
      GuardedInfrastructure infrastructure,
      Map<String, Object> kafka,
      Map<String, String> more) {
    log = folder.resolve(service + ".log");
    ProcessBuilder program =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx320m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-jar",
                    Path.of("..", service, "target", "quarkus-app", "quarkus-run.jar")
                        .toAbsolutePath()
                        .normalize()
                        .toString(),
                    "serve"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    program.environment().putAll(environment(service, folder, infrastructure, kafka));
    program.environment().putAll(more);
    // It takes a free port itself: one chosen here might be another's before it starts.
    program.environment().put("QUARKUS_HTTP_PORT", "0");
    try {
      process = program.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> environment(
      String service,
      Path folder,
      GuardedInfrastructure infrastructure,
      Map<String, Object> kafka) {
    Map<String, String> environment = new HashMap<>();
    EmbeddedDatabase database = infrastructure.database();
    environment.put("QUARKUS_DATASOURCE_JDBC_URL", database.jdbcUrl(database(service)));
    environment.put("QUARKUS_DATASOURCE_USERNAME", EmbeddedDatabase.USER);
    environment.put("QUARKUS_DATASOURCE_PASSWORD", database.password());
    kafka.forEach(
        (name, value) ->
            environment.put(
                "KAFKA_" + name.toUpperCase(java.util.Locale.ROOT).replace('.', '_'),
                value.toString()));
    environment.put("GDPO_ARTIFACTS", folder.resolve("artifacts").toUri().toString());
    environment.put(
        "GDPO_LAUNCHER_WORKER",
        Path.of("../worker/target").toAbsolutePath().normalize().toString());
    environment.put("GDPO_PARENT_WATCH", "stdin");
    environment.put("OMP_WAIT_POLICY", "PASSIVE");
    environment.put("DJL_OFFLINE", "true");
    environment.put("OPT_OUT_TRACKING", "true");
    return environment;
  }

  static String database(String service) {
    return service.substring(0, service.indexOf('-'));
  }

  /** Where it listens; empty before it does. */
  Optional<String> url() {
    Matcher listening = LISTENING.matcher(said());
    return listening.find()
        ? Optional.of("http://127.0.0.1:" + listening.group(1))
        : Optional.empty();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** What it has said until now. */
  String said() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
