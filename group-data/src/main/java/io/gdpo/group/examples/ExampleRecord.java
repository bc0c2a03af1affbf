package io.gdpo.group.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.group.Bounds;
import io.gdpo.group.DatasetException;
import io.gdpo.group.belief.BeliefDistribution;
import io.gdpo.group.text.Characters;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One ready example on its way in: every field is checked, and what is wrong is told with its place
 * and field.
 */
final class ExampleRecord {
  private static final String STYLE_IF_ABSENT = "given";
  private static final int QUOTED = 60;

  private final JsonNode values;
  private final Place place;
  private final ExampleGroups groups;

  ExampleRecord(JsonNode values, Place place, ExampleGroups groups) {
    this.groups = groups;
    this.values = values;
    this.place = place;
  }

  /**
   * The example; empty if it is of a group that is not asked for.
   *
   * @throws DatasetException if a field is missing, unknown or wrong
   */
  Optional<PreferenceExample> example() {
    requireObject();
    Optional<String> own = group();
    requireFields();
    if (!groups.take(own, place)) {
      return Optional.empty();
    }
    String prompt = text(ExampleField.PROMPT);
    int accepted = belief(ExampleField.ACCEPT_CHOICE_ID);
    BeliefDistribution beliefs = beliefs();
    PreferenceExample example =
        new PreferenceExample(
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
            has(ExampleField.MAJORITY) ? majority() : accepted == beliefs.majority(),
            groups.name(own));
    if (example.acceptChoiceId() == example.rejectChoiceId()
        && example.acceptChoice().equals(example.rejectChoice())
        && example.acceptResponse().equals(example.rejectResponse())) {
      throw new DatasetException(
          place
              + ": accepted and rejected side are the same (choice id, choice and response), so"
              + " there is nothing to prefer; leave the example out");
    }
    return Optional.of(example);
  }

  private void requireObject() {
    if (!values.isObject()) {
      throw new DatasetException(
          place
              + ": an example is an object with fields, {...}, this is a "
              + values.getNodeType().name().toLowerCase(Locale.ROOT));
    }
  }

  private void requireFields() {
    boolean ours = ExampleField.NAMES.stream().anyMatch(values::has);
    for (Iterator<String> names = values.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!ExampleField.NAMES.contains(name)
          && !ExampleField.isIgnored(name)
          && !name.equals(groups.column())) {
        throw new DatasetException(
            place
                + (ours
                    ? ": unknown field '" + Reason.beginning(name, QUOTED) + "'"
                    : ": none of its fields is one of an example")
                + "; the fields are "
                + ExampleField.NAMES);
      }
    }
  }

  /** The group that the example itself names. */
  private Optional<String> group() {
    JsonNode value = values.path(groups.column());
    if (value.isMissingNode() || value.isNull() || value.asText("-").isBlank()) {
      if (groups.isNeeded()) {
        throw new DatasetException(
            place
                + ", field '"
                + groups.column()
                + "' is missing or empty; dataset.by says that it is the group");
      }
      return Optional.empty();
    }
    if (!value.isValueNode()) {
      throw new DatasetException(
          place + ", field '" + groups.column() + "': must be a text, is " + shown(value));
    }
    return Optional.of(checked(ExampleField.GROUP, value.asText()).strip());
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
      throw wrong(field, "must be a text, is " + shown(value));
    }
    return checked(field, value.textValue());
  }

  private String checked(ExampleField field, String text) {
    if (text.length() > field.longest) {
      throw wrong(
          field,
          String.format(
              Locale.ROOT, "has %,d characters, more than %,d", text.length(), field.longest));
    }
    Characters.problem(text)
        .ifPresent(
            problem -> {
              throw wrong(field, problem);
            });
    return text;
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
    double number = value.isNumber() ? value.doubleValue() : -1;
    if (number != Math.rint(number) || number < 0 || number >= BeliefClass.COUNT) {
      throw wrong(field, "must be a belief class, 0 to 5, is " + shown(value));
    }
    return (int) number;
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
    throw wrong(ExampleField.MAJORITY, "must be true or false, is " + shown(value));
  }

  private List<String> options() {
    List<String> options = new ArrayList<>();
    JsonNode array = array(ExampleField.OPTIONS);
    if (array.size() > Bounds.OPTIONS) {
      throw wrong(
          ExampleField.OPTIONS, "holds " + array.size() + " texts, more than " + Bounds.OPTIONS);
    }
    for (JsonNode option : array) {
      if (!option.isTextual()) {
        throw wrong(ExampleField.OPTIONS, "must hold texts, holds " + shown(option));
      }
      options.add(checked(ExampleField.OPTIONS, option.textValue()));
    }
    return options;
  }

  private BeliefDistribution beliefs() {
    List<Double> probabilities = new ArrayList<>();
    for (JsonNode probability : array(ExampleField.PROBABILITIES)) {
      if (!probability.isNumber()) {
        throw wrong(ExampleField.PROBABILITIES, "must hold numbers, holds " + shown(probability));
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
      throw wrong(field, "must be a list, is " + shown(value));
    }
    return value;
  }

  private static String shown(JsonNode value) {
    return Reason.beginning(value.toString(), QUOTED);
  }

  private DatasetException wrong(ExampleField field, String message) {
    return new DatasetException(place + ", field '" + field.key() + "': " + message);
  }
}
