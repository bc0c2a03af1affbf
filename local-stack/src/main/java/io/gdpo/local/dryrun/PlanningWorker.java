package io.gdpo.local.dryrun;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.PlanTask;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.local.home.Installation;
import io.gdpo.local.home.LogTail;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The worker while it plans, in a folder of its own. Both are gone when it is closed, and when this
 * process is told to end; one that is killed takes its worker along, for that sees the end of its
 * standard input.
 */
final class PlanningWorker implements AutoCloseable {
  private static final String JOB = "job.json";

  /**
   * The largest Java heap of the worker that {@code gdpo plan} and {@code gdpo preview} start,
   * which services take for theirs, too. Default: {@code 1g}.
   */
  private static final String HEAP = "GDPO_LAUNCHER_HEAP";

  private static final int LARGEST = 64 << 20;
  private static final int LOG_LINES = 12;

  private final Path folder;
  private final Thread atExit = new Thread(this::stop, "end-planning");
  private volatile Process process;
  private volatile boolean isStopped;

  PlanningWorker() {
    try {
      folder = Files.createTempDirectory("gdpo-plan-");
    } catch (IOException e) {
      throw new UncheckedIOException("A temporary folder cannot be made", e);
    }
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * Has it plan.
   *
   * @return what it tells of its end
   * @throws CommandFailure if that is no success
   */
  WorkOutcome plan(PlanTask task, Installation installation) throws InterruptedException {
    Path job = folder.resolve(JOB);
    Path log = folder.resolve("plan.log");
    try {
      Files.write(job, Json.EVENTS.writeValueAsBytes(task));
      Path temporary = Files.createDirectory(folder.resolve("tmp"));
      // The terminal's Ctrl-C reaches both processes; only this one is to act on it.
      List<String> command =
          new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "plan"));
      command.addAll(
          Installation.java(
              "-Xmx" + System.getenv().getOrDefault(HEAP, "1g"),
              "-Xrs",
              "-XX:+UseSerialGC",
              "-Djava.io.tmpdir=" + temporary));
      command.addAll(installation.worker());
      command.addAll(List.of("plan", "--job", job.toUri().toString()));
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      builder.environment().put("GDPO_PARENT_WATCH", "stdin");
      builder.environment().put("LC_ALL", "C.UTF-8");
      builder.environment().put("DJL_OFFLINE", "true");
      builder.environment().put("OPT_OUT_TRACKING", "true");
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("The planning program cannot be started", e);
    }
    int code = process.waitFor();
    if (isStopped) {
      throw new CommandFailure(ExitCode.INTERRUPTED, "Stopped; nothing was begun.", "");
    }
    WorkOutcome outcome =
        left(WorkOutcome.FILE, WorkOutcome.class)
            .orElseThrow(() -> failed("it ended with code " + code + " and told nothing", log));
    if (outcome.status() != WorkOutcome.Status.SUCCEEDED) {
      throw failed(outcome.reason(), log);
    }
    return outcome;
  }

  /** What it left under a name; empty if it left nothing there. */
  <T> Optional<T> left(String name, Class<T> type) {
    Path file = folder.resolve(name);
    try {
      if (!Files.isRegularFile(file)) {
        return Optional.empty();
      }
      if (Files.size(file) > LARGEST) {
        throw new IOException("it is larger than " + LARGEST + " bytes");
      }
      return Optional.of(Json.EVENTS.readValue(Files.readAllBytes(file), type));
    } catch (IOException e) {
      throw new UncheckedIOException("What the worker left cannot be read (" + name + ")", e);
    }
  }

  private static CommandFailure failed(String reason, Path log) {
    return new CommandFailure(
        ExitCode.EXPERIMENT_FAILED,
        "The worker could not look at the experiment: " + reason,
        "The last lines of its log:\n" + LogTail.indented(log, LOG_LINES));
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // this process ends, and the hook does it
    }
    end();
  }

  private void stop() {
    isStopped = true;
    end();
  }

  private void end() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      running.onExit().join(); // who still writes would make the folder anew
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println(folder + " cannot be taken away: " + e.getMessage());
    }
  }
}
