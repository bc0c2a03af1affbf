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
import io.gdpo.contracts.Reason;
import io.gdpo.group.Bounds;
import io.gdpo.group.DatasetException;
import io.gdpo.group.survey.PythonLiteral.MalformedException;
import io.gdpo.group.text.Characters;
import io.gdpo.group.text.Utf8Reader;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads one group's answers from a survey CSV in the layout of the public GlobalOpinionQA table:
 * columns {@code question}, {@code selections} (a printed Python dictionary: group to list of
 * shares), {@code options} (a printed Python list) and, if there, {@code source}. Columns are
 * separated by commas, or by the semicolons, tabulators or bars that the header has.
 *
 * <p>A row that cannot be read does not stop the others: it is told to {@code refuse} with its
 * number and the reason. Of a file that has none of the columns nothing is quoted: it may be
 * anybody's.
 */
final class SurveyFile {
  private static final List<String> REQUIRED = List.of("question", "selections", "options");
  private static final List<String> SEPARATORS = List.of(",", ";", "\t", "|");
  private static final int LONGEST_HEADER = 1 << 16;
  private static final int QUOTED = 60;

  private final Path file;
  private final GroupNames groups;
  private final Refusals refusals;
  private final List<SurveyRow> rows = new ArrayList<>();

  /** Takes the rows that cannot be used. */
  interface Refusals {
    void refuse(long row, String question, String reason);
  }

  private SurveyFile(Path file, GroupNames groups, Refusals refusals) {
    this.file = file;
    this.groups = groups;
    this.refusals = refusals;
  }

  /**
   * The rows that can be read.
   *
   * @throws SurveyException if the file is not a CSV with the needed columns
   */
  static List<SurveyRow> read(Path file, GroupNames groups, Refusals refusals) {
    SurveyFile survey = new SurveyFile(file, groups, refusals);
    survey.read();
    return survey.rows;
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
      requireColumns(columns);
      while (records.hasNextValue()) {
        if (++number > Bounds.ROWS) {
          throw new SurveyException(
              String.format(Locale.ROOT, "%s has more than %,d rows", file, Bounds.ROWS));
        }
        readRow(number, columns, records.nextValue());
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
      if (columns.containsAll(REQUIRED)) {
        return separator.charAt(0);
      }
    }
    return ',';
  }

  private void requireColumns(List<String> columns) {
    List<String> missing = REQUIRED.stream().filter(name -> !columns.contains(name)).toList();
    if (missing.isEmpty()) {
      return;
    }
    boolean ours = missing.size() < REQUIRED.size();
    throw new SurveyException(
        file
            + " has no column '"
            + missing.get(0)
            + "'; a survey needs the columns "
            + REQUIRED
            + (ours
                ? ", it has "
                    + columns.stream()
                        .limit(20)
                        .map(name -> Reason.beginning(name, QUOTED))
                        .toList()
                : ", and its first row has none of them"));
  }

  private void readRow(long number, List<String> columns, String[] values) {
    String question = value("question", columns, values).strip();
    try {
      if (values.length > columns.size()) {
        throw new MalformedException(
            "has "
                + values.length
                + " fields, the header "
                + columns.size()
                + "; quote texts that hold the separator");
      }
      requireText("question", question, Bounds.QUESTION);
      if (!QuestionKey.saysSomething(question)) {
        throw new MalformedException(
            question.isEmpty()
                ? "field 'question' is empty"
                : "field 'question' holds no word, only punctuation");
      }
      List<String> options = options(value("options", columns, values));
      rows.add(
          new SurveyRow(number, question, options, shares(value("selections", columns, values))));
    } catch (MalformedException e) {
      refusals.refuse(number, question, e.getMessage());
    }
  }

  private static String value(String column, List<String> columns, String[] values) {
    int index = columns.indexOf(column);
    return index < values.length ? values[index] : "";
  }

  private static void requireText(String field, String text, int longest) {
    if (text.length() > longest) {
      throw new MalformedException(
          String.format(
              Locale.ROOT,
              "field '%s' holds a text of %,d characters, more than %,d",
              field,
              text.length(),
              longest));
    }
    Characters.problem(text)
        .ifPresent(
            problem -> {
              throw new MalformedException("field '" + field + "' " + problem);
            });
  }

  private static List<String> options(String text) {
    List<?> values = list("field 'options'", literal("options", text));
    if (values.size() > Bounds.OPTIONS) {
      throw new MalformedException(
          "field 'options' holds " + values.size() + " options, more than " + Bounds.OPTIONS);
    }
    List<String> options = new ArrayList<>();
    for (Object value : values) {
      if (!(value instanceof String option) || option.isBlank()) {
        throw new MalformedException(
            "field 'options' must hold texts, holds '" + shown(value) + "'");
      }
      requireText("options", option, Bounds.NAME);
      options.add(option.strip());
    }
    return options;
  }

  /** The asked group's shares; what other groups hold is not looked at. */
  @SuppressWarnings("unchecked") // PythonLiteral's dictionaries have texts as keys
  private Optional<List<Double>> shares(String text) {
    Object value = literal("selections", text);
    if (!(value instanceof Map<?, ?>)) {
      throw new MalformedException(
          "field 'selections' must be a dictionary of groups, such as {'A': [0.6, 0.4]}");
    }
    Map<String, Object> row = (Map<String, Object>) value;
    Optional<Object> ofGroup = groups.find(row);
    if (ofGroup.isEmpty()) {
      groups.remember(row);
      return Optional.empty();
    }
    List<Double> shares = new ArrayList<>();
    for (Object share : list("field 'selections'", ofGroup.get())) {
      if (!(share instanceof Double)) {
        throw new MalformedException(
            "field 'selections', the group's list must hold numbers, holds " + shown(share));
      }
      shares.add((Double) share);
    }
    return Optional.of(shares);
  }

  private static Object literal(String field, String text) {
    try {
      return PythonLiteral.parse(text);
    } catch (MalformedException e) {
      throw new MalformedException(
          "field '" + field + "' is not a printed Python value: " + e.getMessage());
    }
  }

  private static List<?> list(String field, Object value) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw new MalformedException(field + " must hold a list, holds " + shown(value));
  }

  private static String shown(Object value) {
    return value == PythonLiteral.None.NONE
        ? "None"
        : Reason.beginning(String.valueOf(value), QUOTED);
  }
}
