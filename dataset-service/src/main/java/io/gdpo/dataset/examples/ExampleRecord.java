package io.gdpo.dataset.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.dataset.DatasetException;
import io.gdpo.dataset.belief.BeliefDistribution;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * One ready example on its way in: every field is checked, and what is wrong is told with its place
 * and field.
 */
final class ExampleRecord {
  private static final String STYLE_IF_ABSENT = "given";

  private final JsonNode values;
  private final String place;

  /**
   * @param place file and line or row, for errors
   */
  ExampleRecord(JsonNode values, String place) {
    this.values = values;
    this.place = place;
  }

  /**
   * @throws DatasetException if a field is missing, unknown or wrong
   */
  PreferenceExample example() {
    if (!values.isObject()) {
      throw new DatasetException(
          place + ": an example is an object with fields, this is " + values);
    }
    for (Iterator<String> names = values.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!ExampleField.NAMES.contains(name)) {
        throw new DatasetException(
            place + ": unknown field '" + name + "'; the fields are " + ExampleField.NAMES);
      }
    }
    String prompt = text(ExampleField.PROMPT);
    int accepted = belief(ExampleField.ACCEPT_CHOICE_ID);
    BeliefDistribution beliefs = beliefs();
    return new PreferenceExample(
        has(ExampleField.QUESTION_ID) ? text(ExampleField.QUESTION_ID) : prompt,
        has(ExampleField.STYLE) ? text(ExampleField.STYLE) : STYLE_IF_ABSENT,
        prompt,
        has(ExampleField.CONTEXT) ? string(ExampleField.CONTEXT) : "",
        options(),
        accepted,
        text(ExampleField.ACCEPT_CHOICE),
        text(ExampleField.ACCEPT_RESPONSE),
        belief(ExampleField.REJECT_CHOICE_ID),
        text(ExampleField.REJECT_CHOICE),
        text(ExampleField.REJECT_RESPONSE),
        beliefs.probabilities(),
        has(ExampleField.MAJORITY) ? majority() : accepted == beliefs.majority());
  }

  private boolean has(ExampleField field) {
    return values.hasNonNull(field.key());
  }

  private JsonNode value(ExampleField field) {
    if (!has(field)) {
      throw wrong(field, "is missing");
    }
    return values.get(field.key());
  }

  private String string(ExampleField field) {
    JsonNode value = value(field);
    if (!value.isTextual()) {
      throw wrong(field, "must be a text, is " + value);
    }
    return value.textValue();
  }

  private String text(ExampleField field) {
    String text = string(field);
    if (text.isBlank()) {
      throw wrong(field, "is empty");
    }
    return text;
  }

  private int belief(ExampleField field) {
    JsonNode value = value(field);
    if (!value.isIntegralNumber()
        || value.longValue() < 0
        || value.longValue() >= BeliefClass.COUNT) {
      throw wrong(field, "must be a belief class, 0 to 5, is " + value);
    }
    return value.intValue();
  }

  /** The reference data writes 0 and 1. */
  private boolean majority() {
    JsonNode value = value(ExampleField.MAJORITY);
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    if (value.isNumber() && (value.doubleValue() == 0 || value.doubleValue() == 1)) {
      return value.doubleValue() == 1;
    }
    throw wrong(ExampleField.MAJORITY, "must be true or false, is " + value);
  }

  private List<String> options() {
    List<String> options = new ArrayList<>();
    for (JsonNode option : array(ExampleField.OPTIONS)) {
      if (!option.isTextual()) {
        throw wrong(ExampleField.OPTIONS, "must hold texts, holds " + option);
      }
      options.add(option.textValue());
    }
    return options;
  }

  private BeliefDistribution beliefs() {
    List<Double> probabilities = new ArrayList<>();
    for (JsonNode probability : array(ExampleField.PROBABILITIES)) {
      if (!probability.isNumber()) {
        throw wrong(ExampleField.PROBABILITIES, "must hold numbers, holds " + probability);
      }
      probabilities.add(probability.doubleValue());
    }
    BeliefDistribution.problem(probabilities)
        .ifPresent(
            problem -> {
              throw wrong(ExampleField.PROBABILITIES, problem);
            });
    return new BeliefDistribution(probabilities);
  }

  private JsonNode array(ExampleField field) {
    JsonNode value = value(field);
    if (!value.isArray()) {
      throw wrong(field, "must be a list, is " + value);
    }
    return value;
  }

  private DatasetException wrong(ExampleField field, String message) {
    return new DatasetException(place + ", field '" + field.key() + "': " + message);
  }
}
