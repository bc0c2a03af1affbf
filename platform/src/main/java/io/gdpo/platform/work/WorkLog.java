package io.gdpo.platform.work;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.contracts.job.TrainingResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the processes of a piece of work wrote on their console, for people, and for words about one
 * that left nothing else. A growing file on this machine, which only this service reads: no
 * artifact.
 *
 * @param file all attempts in one
 */
public record WorkLog(Path file) {
  private static final int LINES = 5;
  private static final int BYTES = 8 * 1024;

  /**
   * Where it is written: beside what the worker was told, if the artifact store is a folder of this
   * machine.
   *
   * @param key that it has in such a store
   */
  public static WorkLog of(ArtifactStore artifacts, String key) {
    return new WorkLog(
        artifacts
            .folder()
            .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir"), "gdpo-logs"))
            .resolve(key));
  }

  /** Adds what an attempt wrote elsewhere. */
  void add(String attempt, List<String> lines) {
    List<String> added = new ArrayList<>();
    added.add("console of " + attempt + ":");
    added.addAll(lines);
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, added, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("The log " + file + " cannot be written: " + e, e);
    }
  }

  /** Takes it away, or all logs of a folder; on this machine only. */
  public void delete() {
    try {
      AtomicFiles.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException("The log " + file + " cannot be deleted: " + e, e);
    }
  }

  /** Its last lines, as the end of a sentence; empty if there are none. */
  String lastLines() {
    try {
      List<String> lines = TextTail.of(file, LINES, BYTES);
      return lines.isEmpty() ? "" : "; its last lines: " + String.join(" | ", lines);
    } catch (IOException e) {
      return "; its log cannot be read: " + e;
    }
  }

  /** What the process said that it would need, if it did. */
  Optional<String> memory() {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.contains(TrainingResult.ESTIMATE))
          .reduce((earlier, later) -> later)
          .map(line -> line.substring(line.indexOf(TrainingResult.ESTIMATE)));
    } catch (IOException | UncheckedIOException e) {
      return Optional.of("nothing that can be read (" + e.getMessage() + ")");
    }
  }
}
