package io.gdpo.group.examples;

import io.gdpo.group.Bounds;
import io.gdpo.group.DatasetException;
import io.gdpo.group.text.Utf8Reader;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** The lines of a {@code .jsonl} file, one in memory at a time and none without end. */
final class ExampleLines implements AutoCloseable {
  private final Path file;
  private final BufferedReader characters;
  private final StringBuilder line = new StringBuilder();
  private long number;

  ExampleLines(Path file) throws IOException {
    this.file = file;
    this.characters = new BufferedReader(Utf8Reader.open(file));
  }

  /** Goes to the next line that is not blank; false at the end. */
  boolean next() throws IOException {
    while (readLine()) {
      number++;
      if (!text().isBlank()) {
        return true;
      }
    }
    return false;
  }

  private boolean readLine() throws IOException {
    line.setLength(0);
    int c = characters.read();
    if (c < 0) {
      return false;
    }
    for (; c >= 0 && c != '\n'; c = characters.read()) {
      line.append((char) c);
      if (line.length() > Bounds.EXAMPLE) {
        number++;
        throw new DatasetException(
            text().startsWith("[")
                ? aList(place())
                : String.format(
                    Locale.ROOT,
                    "%s is longer than %,d characters; an example is one line of at most so many",
                    place(),
                    Bounds.EXAMPLE));
      }
    }
    return true;
  }

  /** What to do about a list where one example belongs. */
  static String aList(Place place) {
    return place
        + " holds a list; in a .jsonl file each line is one example, {...}. A file that is one list"
        + " of examples, [{...}, ...], is called .json";
  }

  String text() {
    return line.toString().strip();
  }

  Place place() {
    return new Place(file, "line", number);
  }

  @Override
  public void close() throws IOException {
    characters.close();
  }
}
