package io.gdpo.group.survey;

import io.gdpo.contracts.Reason;
import io.gdpo.group.Bounds;
import io.gdpo.group.text.Characters;
import io.gdpo.group.text.CsvTable;
import io.gdpo.group.text.PythonLiteral;
import io.gdpo.group.text.PythonLiteral.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A record of a survey's file by the names of its columns. What is wrong is thrown as {@link
 * MalformedException}, whose message names the field.
 */
final class SurveyRecord {
  static final int QUOTED = 60;

  private final CsvTable row;

  /** Takes the row at which a table is. */
  SurveyRecord(CsvTable row) {
    this.row = row;
  }

  void requireNoMoreFieldsThanTheHeader() {
    if (row.given() > row.columns().size()) {
      throw new MalformedException(row.unlikeTheHeader());
    }
  }

  /** What stands in a column; empty if the record ends before it. */
  String value(String column) {
    int index = row.columns().indexOf(column);
    return index < row.cells().size() ? row.cells().get(index) : "";
  }

  /** The question as it stands there, whatever it is. */
  String question() {
    return value("question").strip();
  }

  void requireQuestion() {
    String question = question();
    requireText("question", question, Bounds.QUESTION);
    if (!QuestionKey.saysSomething(question)) {
      throw new MalformedException(
          question.isEmpty()
              ? "field 'question' is empty"
              : "field 'question' holds no word, only punctuation");
    }
  }

  List<String> options() {
    List<?> values = list("field 'options'", literal("options"));
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

  /** The name of a group, which the record's own column holds. */
  String group(String column) {
    String group = value(column).strip();
    if (group.isEmpty()) {
      throw new MalformedException("field '" + column + "' is empty: whose answers are these?");
    }
    requireText(column, group, Bounds.NAME);
    return group;
  }

  /** The printed Python value of a column. */
  Object literal(String column) {
    try {
      return PythonLiteral.parse(value(column));
    } catch (MalformedException e) {
      throw new MalformedException(
          "field '" + column + "' is not a printed Python value: " + e.getMessage());
    }
  }

  /** A printed list of numbers, one for each option. */
  static List<Double> shares(String column, Object list) {
    List<Double> shares = new ArrayList<>();
    for (Object share : list("field '" + column + "'", list)) {
      if (!(share instanceof Double number)) {
        throw new MalformedException(
            "field '" + column + "', the group's list must hold numbers, holds " + shown(share));
      }
      shares.add(number);
    }
    return shares;
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
