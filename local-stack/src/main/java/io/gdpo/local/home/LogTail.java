package io.gdpo.local.home;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The last lines of a log file, to show beside an error. */
public final class LogTail {
  private static final int BYTES_PER_LINE = 400;
  private static final int LINES_WITH_TRACES = 1_000;
  private static final Predicate<String> FRAME =
      Pattern.compile("\\s+(at \\S+\\(.*\\).*|\\.\\.\\. \\d+ more)").asMatchPredicate();

  private LogTail() {}

  /** At most {@code lines} last lines; empty if the file does not exist. */
  public static List<String> of(Path log, int lines) {
    if (!Files.isRegularFile(log)) {
      return List.of();
    }
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long start = Math.max(0, file.length() - (long) lines * BYTES_PER_LINE);
      byte[] end = new byte[(int) (file.length() - start)];
      file.seek(start);
      file.readFully(end);
      List<String> all = new String(end, StandardCharsets.UTF_8).lines().toList();
      return all.subList(Math.max(0, all.size() - lines), all.size());
    } catch (IOException e) {
      throw new UncheckedIOException("The log " + log + " cannot be read", e);
    }
  }

  /** The last lines, indented for a message; where in the code something happened is left out. */
  public static String indented(Path log, int lines) {
    List<String> words =
        of(log, LINES_WITH_TRACES).stream().filter(line -> !FRAME.test(line)).toList();
    List<String> tail = words.subList(Math.max(0, words.size() - lines), words.size());
    return tail.isEmpty() ? "  (nothing was logged)" : "  | " + String.join("\n  | ", tail);
  }
}
