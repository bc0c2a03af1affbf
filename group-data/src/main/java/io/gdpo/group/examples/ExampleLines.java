package io.gdpo.group.examples;

import io.gdpo.group.Bounds;
import io.gdpo.group.DatasetException;
import io.gdpo.group.text.Utf8Reader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** The lines of a {@code .jsonl} file, one in memory at a time and none without end. */
final class ExampleLines implements AutoCloseable {
  private static final int BUFFER = 1 << 14;

  private final Path file;
  private final Utf8Reader characters;
  private final char[] buffer = new char[BUFFER];
  private int at;
  private int filled;
  private String line = "";
  private long number;

  ExampleLines(Path file) throws IOException {
    this.file = file;
    this.characters = Utf8Reader.open(file);
  }

  /** Goes to the next line that is not blank; false at the end. */
  boolean next() throws IOException {
    while (fill()) {
      number++;
      line = rest().strip();
      if (!line.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** Whether there is more in the buffer, or in the file. */
  private boolean fill() throws IOException {
    if (at == filled) {
      at = 0;
      filled = Math.max(0, characters.read(buffer, 0, BUFFER));
    }
    return at < filled;
  }

  /** What is left of a line that is in the buffer in part at least. */
  private String rest() throws IOException {
    StringBuilder parts = null;
    do {
      int end = at;
      while (end < filled && buffer[end] != '\n') {
        end++;
      }
      boolean ends = end < filled;
      if (ends && parts == null) {
        String whole = new String(buffer, at, end - at);
        at = end + 1;
        return whole;
      }
      parts = parts == null ? new StringBuilder() : parts;
      parts.append(buffer, at, end - at);
      at = ends ? end + 1 : end;
      if (parts.length() > Bounds.EXAMPLE) {
        throw tooLong(parts);
      }
      if (ends) {
        break;
      }
    } while (fill());
    return parts.toString();
  }

  private DatasetException tooLong(StringBuilder beginning) {
    return new DatasetException(
        beginning.toString().strip().startsWith("[")
            ? aList(place())
            : String.format(
                Locale.ROOT,
                "%s is longer than %,d characters; an example is one line of at most so many",
                place(),
                Bounds.EXAMPLE));
  }

  /** What to do about a list where one example belongs. */
  static String aList(Place place) {
    return place
        + " holds a list; in a .jsonl file each line is one example, {...}. A file that is one list"
        + " of examples, [{...}, ...], is called .json";
  }

  /** The line, without blanks around it. */
  String text() {
    return line;
  }

  Place place() {
    return new Place(file, "line", number);
  }

  @Override
  public void close() throws IOException {
    characters.close();
  }
}
