package io.gdpo.group.survey;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.RuntimeJsonMappingException;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.gdpo.group.Bounds;
import io.gdpo.group.DatasetException;
import io.gdpo.group.survey.PythonLiteral.MalformedException;
import io.gdpo.group.text.Utf8Reader;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads a survey's CSV: columns {@code question}, {@code options} (a printed Python list), the
 * shares as {@link SurveyLayout} says, and others that are not looked at. Columns are separated by
 * commas, or by the semicolons, tabulators or bars that the header has.
 *
 * <p>A row that cannot be read does not stop the others: it is told to {@code refuse} with its
 * number and the reason. Of a file that has none of the columns nothing is quoted: it may be
 * anybody's.
 */
final class SurveyFile {
  private static final List<String> SEPARATORS = List.of(",", ";", "\t", "|");
  private static final int LONGEST_HEADER = 1 << 16;

  private final Path file;
  private final AskedGroups groups;
  private final Refusals refusals;
  private final List<SurveyRow> rows = new ArrayList<>();
  private SurveyLayout layout;

  /**
   * What a file holds.
   *
   * @param rows those that can be read
   * @param layout null if the file is empty
   */
  record Table(List<SurveyRow> rows, SurveyLayout layout) {}

  /** Takes the rows that cannot be used. */
  interface Refusals {
    /**
     * @param group the group that the row cannot be used for; null if for none
     */
    void refuse(long row, String group, String question, String reason);
  }

  private SurveyFile(Path file, AskedGroups groups, Refusals refusals) {
    this.file = file;
    this.groups = groups;
    this.refusals = refusals;
  }

  /**
   * Reads the file.
   *
   * @throws SurveyException if the file is not a CSV with the needed columns
   */
  static Table read(Path file, AskedGroups groups, Refusals refusals) {
    SurveyFile survey = new SurveyFile(file, groups, refusals);
    survey.read();
    return new Table(survey.rows, survey.layout);
  }

  private void read() {
    CsvMapper csv =
        new CsvMapper(
            CsvFactory.builder()
                .streamReadConstraints(
                    StreamReadConstraints.builder().maxStringLength(Bounds.COLUMN).build())
                .build());
    long number = 0;
    try (BufferedReader text = new BufferedReader(Utf8Reader.open(file), LONGEST_HEADER);
        MappingIterator<String[]> records =
            csv.enable(CsvParser.Feature.SKIP_EMPTY_LINES)
                .enable(CsvParser.Feature.WRAP_AS_ARRAY)
                .readerFor(String[].class)
                .with(CsvSchema.emptySchema().withColumnSeparator(separator(text)))
                .readValues(text)) {
      if (!records.hasNextValue()) {
        return;
      }
      List<String> columns = Arrays.stream(records.nextValue()).map(String::strip).toList();
      layout = SurveyLayout.of(file, columns, groups.by());
      while (records.hasNextValue()) {
        if (++number > Bounds.ROWS) {
          throw new SurveyException(
              String.format(Locale.ROOT, "%s has more than %,d rows", file, Bounds.ROWS));
        }
        readRow(number, new SurveyRecord(columns, records.nextValue()));
      }
    } catch (StreamConstraintsException e) {
      throw new SurveyException(
          String.format(
              Locale.ROOT,
              "%s, row %d: a column holds more than %,d characters; is a quote not closed?",
              file,
              number,
              Bounds.COLUMN),
          e);
    } catch (JsonProcessingException | RuntimeJsonMappingException e) {
      if (e.getCause()
          instanceof DatasetException unreadable) { // told while a row was put together
        throw new SurveyException(unreadable.getMessage(), unreadable);
      }
      throw new SurveyException(
          file
              + ", row "
              + number
              + " is not CSV: quote texts that hold the separator, quotes or line breaks, double the quotes"
              + " inside, and close each",
          e);
    } catch (SurveyException e) {
      throw e;
    } catch (DatasetException e) {
      throw new SurveyException(e.getMessage(), e);
    } catch (IOException e) {
      throw new SurveyException("Cannot read survey " + file + ": " + e.getMessage(), e);
    }
  }

  /** The character that parts the header into the columns that are needed; a comma if none does. */
  private static char separator(BufferedReader text) throws IOException {
    text.mark(LONGEST_HEADER);
    StringBuilder header = new StringBuilder();
    for (int c = text.read(); header.length() < LONGEST_HEADER - 1; c = text.read()) {
      boolean ends = c == '\n' || c == '\r';
      if (c < 0 || (ends && !header.isEmpty())) {
        break;
      }
      if (!ends) {
        header.append((char) c);
      }
    }
    text.reset();
    for (String separator : SEPARATORS) {
      List<String> columns =
          Arrays.stream(header.toString().split(Pattern.quote(separator)))
              .map(name -> name.replace("\"", "").strip())
              .toList();
      if (SurveyLayout.KINDS.stream().anyMatch(columns::containsAll)) {
        return separator.charAt(0);
      }
    }
    return ',';
  }

  private void readRow(long number, SurveyRecord record) {
    try {
      record.requireAsManyFieldsAsTheHeader();
      record.requireQuestion();
      List<String> options = record.options();
      rows.add(
          new SurveyRow(
              number,
              record.question(),
              options,
              groups.shares(
                  layout,
                  record,
                  (group, reason) -> refusals.refuse(number, group, record.question(), reason))));
    } catch (MalformedException e) {
      refusals.refuse(number, null, record.question(), e.getMessage());
    }
  }
}
