package io.gdpo.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A PostgreSQL server whose starter was killed lives on and bars its data folder; it is stopped
 * before the folder is used again, and a {@link #guard} keeps it from being orphaned at all.
 */
final class OrphanedServer {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private OrphanedServer() {}

  /**
   * Stops the server that runs on this data folder, if one does, and removes what it left behind.
   * Only for a caller that holds the folder's lock.
   */
  static void stop(Path data) {
    Path pidFile = data.resolve("postmaster.pid");
    try {
      pidOf(pidFile)
          .flatMap(ProcessHandle::of)
          .filter(process -> runsOn(process, data))
          .ifPresent(process -> stop(process, data));
      awaitWorkers(data);
      Files.deleteIfExists(pidFile);
    } catch (IOException e) {
      throw new UncheckedIOException(pidFile + " of an earlier server cannot be removed", e);
    }
  }

  /**
   * The workers of a server that was killed end by themselves, but not at once; while one lives, a
   * second server on the folder would damage the data, and the file that would warn it is removed.
   */
  private static void awaitWorkers(Path data) {
    ProcessHandle.allProcesses()
        .filter(process -> worksIn(process, data))
        .forEach(OrphanedServer::awaitEnd);
  }

  /** PostgreSQL's processes, and nobody else, have the data folder as their working folder. */
  private static boolean worksIn(ProcessHandle process, Path data) {
    try {
      return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"))
          .equals(data.toRealPath());
    } catch (IOException e) {
      return false; // another user's, or just ended: none of ours
    }
  }

  /**
   * A process that stops the server on this data folder as soon as this JVM is gone, however it
   * ended: it waits for the end of its standard input, which only this JVM holds. Close that input
   * once the server was stopped in the ordinary way.
   */
  static Process guard(Path data) {
    Path pidFile = data.resolve("postmaster.pid");
    long pid =
        pidOf(pidFile)
            .orElseThrow(() -> new IllegalStateException(pidFile + " names no running server"));
    String script =
        "trap '' INT TERM HUP; cat >/dev/null;"
            + " [ \"$(head -n 1 \"$1\" 2>/dev/null)\" = \"$2\" ] && kill -INT \"$2\"";
    try {
      return new ProcessBuilder(
              "/bin/sh", "-c", script, "sh", pidFile.toString(), Long.toString(pid))
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException("The guard of the PostgreSQL server did not start", e);
    }
  }

  /** Stops a server that this JVM, or an earlier one, started on the folder. */
  static void stop(ProcessHandle process, Path data) {
    try {
      // SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for its clients to leave.
      int code =
          new ProcessBuilder("/bin/sh", "-c", "kill -INT " + process.pid())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (code != 0 && process.isAlive()) {
        throw new IllegalStateException(
            "A PostgreSQL server (process "
                + process.pid()
                + ") still runs on "
                + data
                + " and cannot be stopped; stop it by hand");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot signal process " + process.pid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while stopping process " + process.pid(), e);
    }
    awaitEnd(process);
  }

  private static void awaitEnd(ProcessHandle process) {
    try {
      process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      process.destroyForcibly();
      process.onExit().join();
    } catch (ExecutionException e) {
      throw new IllegalStateException("Cannot wait for process " + process.pid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for " + process.pid(), e);
    }
  }

  /** The process id may long belong to someone else: only a server on this very folder counts. */
  private static boolean runsOn(ProcessHandle process, Path data) {
    return process
        .info()
        .arguments()
        .map(arguments -> List.of(arguments).contains(data.toString()))
        .orElse(false);
  }

  private static Optional<Long> pidOf(Path pidFile) {
    if (!Files.exists(pidFile)) {
      return Optional.empty();
    }
    try {
      return Files.readAllLines(pidFile, StandardCharsets.UTF_8).stream()
          .findFirst()
          .map(String::strip)
          .filter(line -> line.matches("\\d+"))
          .map(Long::parseLong);
    } catch (IOException e) {
      throw new UncheckedIOException(pidFile + " cannot be read", e);
    }
  }
}
