package io.gdpo.benchmark.side;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.benchmark.BenchmarkException;
import io.gdpo.contracts.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process that computes one side of a benchmark, and only when it is told to, so that two can be
 * timed alternately. It ends when it is closed, or when this process ends, for it reads to the end
 * of its standard input.
 */
public final class Side implements AutoCloseable {
  private static final int SECONDS_TO_END = 20;

  private final String name;
  private final Path log;
  private final Process process;
  private final Writer to;
  private final BufferedReader from;

  /**
   * Starts a process.
   *
   * @param name for messages
   * @param command and its arguments
   * @param environment beside this process's own
   * @param log where its standard error goes
   */
  public Side(String name, List<String> command, Map<String, String> environment, Path log) {
    this.name = name;
    this.log = log;
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.to(log.toFile()));
    builder.environment().putAll(environment);
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      this.process = builder.start();
    } catch (IOException e) {
      throw new BenchmarkException(name + " cannot be started: " + e.getMessage(), e);
    }
    this.to = process.outputWriter(StandardCharsets.UTF_8);
    this.from =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * Tells it something and waits for what it answers.
   *
   * @throws BenchmarkException if it cannot do so, or has ended
   */
  public Reply ask(Request request) {
    try {
      to.write(Json.SPECS.writeValueAsString(request));
      to.write('\n');
      to.flush();
      String line = from.readLine();
      if (line == null) {
        throw new BenchmarkException(
            "%s has ended while it was asked to %s; see %s"
                .formatted(name, request.command(), log));
      }
      return understood(request, line);
    } catch (IOException e) {
      throw new BenchmarkException(
          "%s cannot be asked to %s (%s); see %s"
              .formatted(name, request.command(), e.getMessage(), log),
          e);
    }
  }

  private Reply understood(Request request, String line) {
    try {
      Reply reply = Json.SPECS.readValue(line, Reply.class);
      if (reply.error() != null) {
        throw new BenchmarkException(
            "%s could not %s: %s; see %s".formatted(name, request.command(), reply.error(), log));
      }
      return reply;
    } catch (JsonProcessingException e) {
      throw new BenchmarkException(
          "%s answered what is no reply: %s; see %s".formatted(name, line, log), e);
    }
  }

  @Override
  public void close() {
    try {
      to.close();
      if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (IOException e) {
      process.destroyForcibly();
      throw new UncheckedIOException(name + " could not be told to end", e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
