package io.gdpo.dataset.survey;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.RuntimeJsonMappingException;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a survey CSV in the layout of the public GlobalOpinionQA table: columns {@code question},
 * {@code selections} (a printed Python dictionary: group to list of shares), {@code options} (a
 * printed Python list) and, if there, {@code source}.
 *
 * <p>A row that cannot be read does not stop the others: it is told to {@code refuse} with its
 * number and the reason.
 */
final class SurveyFile {
  private static final List<String> REQUIRED = List.of("question", "selections", "options");

  /** Takes the rows that cannot be used. */
  interface Refusals {
    void refuse(long row, String question, String reason);
  }

  private SurveyFile() {}

  /**
   * @throws SurveyException if the file is not a CSV with the needed columns
   */
  static List<SurveyRow> read(Path file, Refusals refusals) {
    CsvSchema header = CsvSchema.emptySchema().withHeader();
    List<SurveyRow> rows = new ArrayList<>();
    try (MappingIterator<Map<String, String>> records =
        new CsvMapper()
            .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
            .readerForMapOf(String.class)
            .with(header)
            .readValues(Files.newBufferedReader(file))) {
      long number = 0;
      while (records.hasNextValue()) {
        Map<String, String> values = records.nextValue();
        if (number++ == 0) {
          requireColumns(file, values);
        }
        readRow(number, values, rows, refusals);
      }
    } catch (MalformedInputException e) {
      throw new SurveyException(file + " is not UTF-8 text; save it as UTF-8", e);
    } catch (JsonProcessingException e) {
      throw notCsv(file, e);
    } catch (RuntimeJsonMappingException e) {
      throw new SurveyException(file + " is not a CSV file: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new SurveyException("Cannot read survey " + file + ": " + e.getMessage(), e);
    }
    return rows;
  }

  private static SurveyException notCsv(Path file, JsonProcessingException e) {
    String where =
        e.getLocation() == null
            ? ""
            : ", line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
    return new SurveyException(file + where + " is not CSV: " + e.getOriginalMessage(), e);
  }

  private static void requireColumns(Path file, Map<String, String> values) {
    for (String column : REQUIRED) {
      if (!values.containsKey(column)) {
        throw new SurveyException(
            file
                + " has no column '"
                + column
                + "'; a survey needs the columns "
                + REQUIRED
                + ", it has "
                + values.keySet());
      }
    }
  }

  private static void readRow(
      long number, Map<String, String> values, List<SurveyRow> rows, Refusals refusals) {
    String question = values.getOrDefault("question", "").strip();
    try {
      List<String> options = options(values.getOrDefault("options", ""));
      if (question.isEmpty()) {
        throw new PythonLiteral.MalformedException("field 'question' is empty");
      }
      rows.add(
          new SurveyRow(
              number, question, options, selections(values.getOrDefault("selections", ""))));
    } catch (PythonLiteral.MalformedException e) {
      refusals.refuse(number, question, e.getMessage());
    }
  }

  private static List<String> options(String text) {
    List<String> options = new ArrayList<>();
    for (Object option : list("options", literal("options", text))) {
      if (!(option instanceof String) || ((String) option).isBlank()) {
        throw new PythonLiteral.MalformedException(
            "field 'options' must hold texts, holds '" + option + "'");
      }
      options.add(((String) option).strip());
    }
    return options;
  }

  private static Map<String, List<Double>> selections(String text) {
    Object value = literal("selections", text);
    if (!(value instanceof Map<?, ?> groups)) {
      throw new PythonLiteral.MalformedException(
          "field 'selections' must be a dictionary of groups, such as {'A': [0.6, 0.4]}");
    }
    Map<String, List<Double>> selections = new LinkedHashMap<>();
    groups.forEach(
        (group, shares) -> {
          List<Double> numbers = new ArrayList<>();
          for (Object share : list("selections", shares)) {
            if (!(share instanceof Double)) {
              throw new PythonLiteral.MalformedException(
                  "field 'selections', group '" + group + "' must hold numbers, holds " + share);
            }
            numbers.add((Double) share);
          }
          selections.put((String) group, numbers);
        });
    return selections;
  }

  private static Object literal(String field, String text) {
    try {
      return PythonLiteral.parse(text);
    } catch (PythonLiteral.MalformedException e) {
      throw new PythonLiteral.MalformedException(
          "field '" + field + "' is not a printed Python value: " + e.getMessage());
    }
  }

  private static List<?> list(String field, Object value) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw new PythonLiteral.MalformedException(
        "field '" + field + "' must hold a list, holds " + value);
  }
}
