package io.gdpo.group.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Reason;
import io.gdpo.group.DatasetException;
import io.gdpo.group.text.Characters;
import java.util.Locale;

/**
 * The fields of a record, each checked; what is wrong is told with the record's place and field.
 */
final class FieldReader {
  private static final int QUOTED = 60;

  private final JsonNode values;
  private final Place place;

  /**
   * @throws DatasetException if this is no record of fields
   */
  FieldReader(JsonNode values, Place place) {
    this.values = values;
    this.place = place;
    if (!values.isObject()) {
      throw new DatasetException(
          place
              + ": an example is an object with fields, {...}, this is a "
              + values.getNodeType().name().toLowerCase(Locale.ROOT));
    }
  }

  JsonNode values() {
    return values;
  }

  Place place() {
    return place;
  }

  /** Whether the field is there and is not null. */
  boolean has(String field) {
    return values.hasNonNull(field);
  }

  JsonNode value(String field) {
    if (!has(field)) {
      throw wrong(field, "is missing");
    }
    JsonNode value = values.get(field);
    if (value.isPojo()) { // a cell that RecordCells could not read
      throw wrong(field, value.asText());
    }
    return value;
  }

  /** A text, which may be empty. */
  String string(String field, int longest) {
    return string(field, value(field), longest);
  }

  /** A value of the field as a text, which may be empty. */
  String string(String field, JsonNode value, int longest) {
    if (!value.isTextual()) {
      throw wrong(field, "must be a text, is " + shown(value));
    }
    return checked(field, value.textValue(), longest);
  }

  /** A text that says something. */
  String text(String field, int longest) {
    String text = string(field, longest);
    if (text.isBlank()) {
      throw wrong(field, "is empty");
    }
    return text;
  }

  String checked(String field, String text, int longest) {
    if (text.length() > longest) {
      throw wrong(
          field,
          String.format(Locale.ROOT, "has %,d characters, more than %,d", text.length(), longest));
    }
    Characters.problem(text)
        .ifPresent(
            problem -> {
              throw wrong(field, problem);
            });
    return text;
  }

  /** True or false; some files write 1 and 0. */
  boolean yes(String field) {
    JsonNode value = value(field);
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    if (value.isNumber() && (value.doubleValue() == 0 || value.doubleValue() == 1)) {
      return value.doubleValue() == 1;
    }
    throw wrong(field, "must be true or false, is " + shown(value));
  }

  double number(String field) {
    JsonNode value = value(field);
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw wrong(field, "must be a number, is " + shown(value));
    }
    return value.doubleValue();
  }

  JsonNode array(String field) {
    JsonNode value = value(field);
    if (!value.isArray()) {
      throw wrong(field, "must be a list, is " + shown(value));
    }
    return value;
  }

  static String shown(JsonNode value) {
    return Reason.beginning(value.toString(), QUOTED);
  }

  RowException wrong(String field, String message) {
    return new RowException(place, "field '" + field + "': " + message);
  }
}
