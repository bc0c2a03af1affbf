package io.gdpo.load;

import io.gdpo.embedded.EmbeddedDatabase;
import io.gdpo.embedded.FreePort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** trainer-service as {@code gdpo up} starts it, with no plans made and no limit on submissions. */
final class TrainerProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String DATABASE = "trainer";

  private final Process process;
  private final URI base;
  private final HttpClient http = HttpClient.newHttpClient();

  private TrainerProcess(Process process, URI base) {
    this.process = process;
    this.base = base;
  }

  static TrainerProcess start(Path root, Load.Servers servers)
      throws IOException, InterruptedException {
    int port = FreePort.choose(1).get(0);
    Path jar = root.resolve("trainer-service/target/quarkus-app/quarkus-run.jar");
    Path log = servers.home().resolve("trainer.log");
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    ProcessHandle.current().info().command().orElse("java"),
                    "-Xmx320m",
                    "-XX:+UseSerialGC",
                    "-Dquarkus.http.port=" + port,
                    "-Dgdpo.plans.ask-hub=false",
                    "-Dgdpo.security.submissions-per-minute=1000000000",
                    "-jar",
                    jar.toString()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", servers.broker().bootstrapServers(),
                "QUARKUS_DATASOURCE_JDBC_URL", database(servers),
                "QUARKUS_DATASOURCE_USERNAME", USER,
                "QUARKUS_DATASOURCE_PASSWORD", servers.database().password(),
                "GDPO_ARTIFACTS", servers.home().resolve("artifacts").toUri().toString(),
                "GDPO_LAUNCHER_WORKER", root.resolve("worker/target/class-path").toString()));
    Process process = builder.start();
    TrainerProcess trainer = new TrainerProcess(process, URI.create("http://127.0.0.1:" + port));
    trainer.awaitReady(log);
    return trainer;
  }

  private void awaitReady(Path log) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end && process.isAlive()) {
      try {
        if (get("/q/health/ready").statusCode() == 200) {
          return;
        }
      } catch (ConnectException notYet) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
    throw new IllegalStateException("trainer-service did not start:\n" + Files.readString(log));
  }

  static String database(Load.Servers servers) {
    return servers.database().jdbcUrl(DATABASE);
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(base.resolve(path)).GET().build(),
        HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> submit(String yaml) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(base.resolve("/experiments"))
            .header("Content-Type", "application/yaml")
            .POST(HttpRequest.BodyPublishers.ofString(yaml))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Bytes of the process that lie in memory. */
  long residentBytes() throws IOException {
    return residentBytes(process.pid());
  }

  static long residentBytes(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }

  static final String USER = EmbeddedDatabase.USER;
}
