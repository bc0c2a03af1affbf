package io.gdpo.group.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.gdpo.group.DatasetException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The rows of a CSV file whose first row names its columns, one in memory at a time and none
 * without end. Columns are separated by commas, or by the semicolons, tabulators or bars of which
 * the header has more. Blank lines are no rows.
 *
 * <p>What is wrong is told by its row, or by a column's number: nothing of the file is quoted,
 * because it may be anybody's.
 */
public final class CsvTable implements AutoCloseable {
  private static final String SEPARATORS = ",;\t|";
  private static final int LONGEST_HEADER = 1 << 16;
  private static final int MOST_COLUMNS = 10_000;

  private final Path file;
  private final int longest;
  private final CsvParser parser;
  private final List<String> columns;
  private List<String> cells = List.of();
  private int given;
  private long number;

  private CsvTable(Path file, int longest, CsvParser parser) throws IOException {
    this.file = file;
    this.longest = longest;
    this.parser = parser;
    readRow(MOST_COLUMNS);
    this.columns = cells.stream().map(String::strip).toList();
    requireColumns();
  }

  /**
   * Opens a file, compressed by gzip, by zstd or not, and reads its header.
   *
   * @param longest most characters of a row
   * @throws DatasetException if it is no text in UTF-8, or its header is none; likewise when a row
   *     is read
   */
  public static CsvTable open(Path file, int longest) throws IOException {
    BufferedReader text = new BufferedReader(Utf8Reader.open(file), LONGEST_HEADER);
    try {
      CsvParser parser =
          CsvFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxStringLength(longest).build())
              .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
              .build()
              .createParser(text);
      parser.setSchema(CsvSchema.emptySchema().withColumnSeparator(separator(text)));
      return new CsvTable(file, longest, parser);
    } catch (IOException | RuntimeException e) {
      text.close();
      throw e;
    }
  }

  /** The character that parts the header into the most columns; a comma if none does. */
  private static char separator(BufferedReader text) throws IOException {
    text.mark(LONGEST_HEADER);
    int[] counts = new int[SEPARATORS.length()];
    boolean quoted = false;
    boolean begun = false;
    for (int i = 0; i < LONGEST_HEADER - 1; i++) {
      int c = text.read();
      boolean ends = c == '\n' || c == '\r';
      if (c < 0 || (ends && begun && !quoted)) {
        break;
      }
      begun |= !ends;
      quoted ^= c == '"';
      int separator = SEPARATORS.indexOf(c);
      if (separator >= 0 && !quoted) {
        counts[separator]++;
      }
    }
    text.reset();
    int most = 0;
    for (int i = 1; i < counts.length; i++) {
      most = counts[i] > counts[most] ? i : most;
    }
    return SEPARATORS.charAt(most);
  }

  private void requireColumns() {
    if (given > MOST_COLUMNS) {
      throw new DatasetException(
          String.format(Locale.ROOT, "%s has more than %,d columns", file, MOST_COLUMNS));
    }
    for (int i = 0; i < columns.size(); i++) {
      int first = columns.indexOf(columns.get(i));
      if (first < i && !columns.get(i).isEmpty()) {
        throw new DatasetException(
            String.format(
                Locale.ROOT,
                "%s: columns %d and %d have the same name in the header; rename one or take it out",
                file,
                first + 1,
                i + 1));
      }
    }
  }

  /** The names of the columns, without blanks around them; none if the file is empty. */
  public List<String> columns() {
    return columns;
  }

  /** Goes to the next row; false at the end. */
  public boolean next() throws IOException {
    number++;
    return readRow(columns.size());
  }

  /** The row's number: 1 is the first one behind the header. */
  public long number() {
    return number;
  }

  /** The row's cells, not more than there are columns. */
  public List<String> cells() {
    return cells;
  }

  /** How many cells the row has in the file. */
  public int given() {
    return given;
  }

  /** What to do about a row that has more or less cells than the header. */
  public String unlikeTheHeader() {
    return "has "
        + given
        + " fields, the header "
        + columns.size()
        + "; quote texts that hold the separator, quotes or line breaks";
  }

  private boolean readRow(int most) throws IOException {
    try {
      if (parser.nextToken() == null) {
        return false;
      }
      List<String> row = new ArrayList<>();
      given = 0;
      long characters = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        characters += parser.getTextLength();
        if (characters > longest) {
          throw tooLong(null);
        }
        if (++given <= most) {
          row.add(parser.getText());
        }
      }
      cells = row;
      return true;
    } catch (StreamConstraintsException e) {
      throw tooLong(e);
    } catch (JsonProcessingException e) {
      throw new DatasetException(
          place()
              + " is not CSV: quote texts that hold the separator, quotes or line breaks, double the"
              + " quotes inside, and close each",
          e);
    }
  }

  private DatasetException tooLong(Exception cause) {
    return new DatasetException(
        String.format(
            Locale.ROOT,
            "%s holds more than %,d characters; is a quote not closed?",
            place(),
            longest),
        cause);
  }

  private String place() {
    return number == 0 ? file + ", header" : file + ", row " + number;
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
