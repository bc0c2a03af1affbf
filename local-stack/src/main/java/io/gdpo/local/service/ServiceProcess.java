package io.gdpo.local.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One running service: a child process, logging to a file. Owned by {@link SupervisedService}. Its
 * standard input is a pipe from this process, which closes when this process dies.
 */
final class ServiceProcess {
  private static final Duration PROBE = Duration.ofSeconds(2);
  private static final long PATIENCE_SECONDS = 10;

  private final Process process;
  private final URI url;

  private ServiceProcess(Process process, URI url) {
    this.process = process;
    this.url = url;
  }

  /**
   * Starts a service on {@code port}; returns at once.
   *
   * @param program the command that is the service
   */
  static ServiceProcess start(
      Service service, List<String> program, int port, Map<String, String> environment, Path log) {
    List<String> command = new ArrayList<>();
    // The terminal's Ctrl-C reaches the whole process group; only the supervisor may act on it.
    command.addAll(List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", service.label()));
    command.addAll(program);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    builder.environment().put("GDPO_PARENT_WATCH", "stdin");
    builder.environment().put("QUARKUS_HTTP_HOST", "127.0.0.1");
    builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
    try {
      return new ServiceProcess(builder.start(), URI.create("http://127.0.0.1:" + port));
    } catch (IOException e) {
      throw new UncheckedIOException(service.label() + " cannot be started: " + command, e);
    }
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  URI url() {
    return url;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  int exitValue() {
    return process.exitValue();
  }

  CompletableFuture<Process> onExit() {
    return process.onExit();
  }

  /** Whether the service says that it is ready; false while it does not answer. */
  boolean isReady(HttpClient http) throws InterruptedException {
    return asked(http, "/q/health/ready", PROBE);
  }

  /** Whether the service says that it lives; false if it does not answer in time. */
  boolean isLive(HttpClient http, Duration limit) throws InterruptedException {
    return asked(http, "/q/health/live", limit);
  }

  private boolean asked(HttpClient http, String path, Duration limit) throws InterruptedException {
    HttpRequest probe = HttpRequest.newBuilder(url.resolve(path)).timeout(limit).GET().build();
    try {
      return http.send(probe, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false; // not listening, or too slow: the question is asked again
    }
  }

  /** Asks the service to end. */
  void askToStop() {
    process.destroy();
  }

  /** Ends the service, whatever it does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Waits for the end that was asked for, and kills the service if it takes too long. */
  void awaitStop() {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
