package io.gdpo.local.home;

import io.gdpo.contracts.Reason;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The folder that holds everything a local stack keeps: databases, topics, artifacts, logs,
 * reports, and the record of the stack that runs on it.
 *
 * @param root usually {@code .gdpo}
 */
public record StackHome(Path root) {
  /** A new database takes half of it, topics grow. */
  private static final long LEAST_FREE_BYTES = 100L << 20;

  /** The home at {@code folder}, which need not exist. */
  public static StackHome at(Path folder) {
    return new StackHome(folder.toAbsolutePath().normalize());
  }

  /**
   * Makes the home's folders, for a stack that is to run on it.
   *
   * @throws CommandFailure naming what is in the way, if the home cannot be written to
   */
  public StackHome create() {
    if (root.toString().contains(",")) {
      throw unusable("has a comma in its path, which Kafka takes for the end of a name", null);
    }
    try {
      Files.createDirectories(logs());
      Files.createDirectories(artifacts());
    } catch (FileAlreadyExistsException e) {
      throw unusable("is in the way: " + e.getFile() + " is a file, not a folder", e);
    } catch (AccessDeniedException e) {
      throw unusable("cannot be made: you may not write to " + e.getFile(), e);
    } catch (IOException e) {
      throw unusable("cannot be made: " + e.getMessage(), e);
    }
    if (!Files.isWritable(root) || !Files.isWritable(logs())) {
      throw unusable("is read-only: you may not write to it", null);
    }
    if (isFull()) {
      throw unusable(freeSpace(), null);
    }
    return this;
  }

  private CommandFailure unusable(String why, Exception cause) {
    return new CommandFailure(
        ExitCode.NOT_STARTED,
        "The home " + root + " " + why,
        "Mend that, or name another folder with --home or $GDPO_HOME.",
        cause);
  }

  /** Whether so little of the disk is left that Kafka and PostgreSQL may not go on. */
  public boolean isFull() {
    return freeBytes() < LEAST_FREE_BYTES;
  }

  /** In words, how much of the disk is left. */
  public String freeSpace() {
    return String.format(
        Locale.ROOT,
        "is on a disk with %d MB left; a stack needs %d MB at the least, and models more",
        freeBytes() >> 20,
        LEAST_FREE_BYTES >> 20);
  }

  private long freeBytes() {
    try {
      return Files.getFileStore(root).getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE; // a file system that does not tell is not taken for a full one
    }
  }

  /** Record of the running stack, written by its supervisor. */
  public Path state() {
    return root.resolve("stack.json");
  }

  /** Locked by the supervisor for as long as it lives. */
  public Path lock() {
    return root.resolve("stack.lock");
  }

  public Path logs() {
    return root.resolve("logs");
  }

  public Path log(String program) {
    return logs().resolve(program + ".log");
  }

  public Path database() {
    return root.resolve("postgres");
  }

  public Path broker() {
    return root.resolve("kafka");
  }

  public Path artifacts() {
    return root.resolve("artifacts");
  }

  /** For what a process needs while it runs: a killed one cannot take it away. */
  public Path temporary() {
    return root.resolve("tmp");
  }

  /** Makes the folder for temporary files, without what earlier processes left there. */
  public void emptyTemporary() {
    try {
      Files.createDirectories(temporary());
      try (Stream<Path> left = Files.walk(temporary()).skip(1)) {
        for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw unusable("cannot be cleaned up: " + Reason.of(e), e);
    }
  }

  /** The folder of the best model of a job that succeeded, in Hugging Face layout. */
  public Path bestModel(String jobId) {
    return artifacts().resolve("jobs").resolve(jobId).resolve("best");
  }

  /** The folder of an experiment's report files. */
  public Path reports(String experiment) {
    return root.resolve("reports").resolve(experiment);
  }
}
