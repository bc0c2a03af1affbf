package io.gdpo.group.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.group.Bounds;
import io.gdpo.group.DatasetException;
import io.gdpo.group.belief.BeliefDistribution;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A ready opinion on its way in: every field is checked, and what is wrong is told with its place
 * and field.
 */
final class OpinionRecord {
  private static final String STYLE_IF_ABSENT = "given";
  private static final int QUOTED = 60;

  private final FieldReader fields;

  OpinionRecord(FieldReader fields) {
    this.fields = fields;
  }

  /**
   * The example.
   *
   * @throws DatasetException if a field is missing or wrong
   */
  PreferenceExample example(String group) {
    String prompt = text(ExampleField.PROMPT);
    int accepted = belief(ExampleField.ACCEPT_CHOICE_ID);
    BeliefDistribution beliefs = beliefs();
    PreferenceExample example =
        PreferenceExample.ofOpinion(
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
                has(ExampleField.MAJORITY)
                    ? fields.yes(ExampleField.MAJORITY.key())
                    : accepted == beliefs.majority())
            .of(group, "");
    if (example.opinion().chosen().equals(example.opinion().rejected())
        && example.chosen().equals(example.rejected())) {
      throw new RowException(
          fields.place(),
          "accepted and rejected side are the same (choice id, choice and response), so there is"
              + " nothing to prefer; leave the example out");
    }
    return example;
  }

  /**
   * Refuses fields that no opinion has.
   *
   * @param group the field that names the group
   */
  static void requireFields(FieldReader fields, String group) {
    boolean ours = ExampleField.NAMES.stream().anyMatch(fields.values()::has);
    for (Iterator<String> names = fields.values().fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!ExampleField.NAMES.contains(name)
          && !ExampleField.isIgnored(name)
          && !name.equals(group)) {
        throw new DatasetException(
            fields.place()
                + (ours
                    ? ": unknown field '" + Reason.beginning(name, QUOTED) + "'"
                    : ": none of its fields is one of an example, nor is there a pair of chosen and"
                        + " rejected")
                + "; the fields are "
                + ExampleField.NAMES);
      }
    }
  }

  private boolean has(ExampleField field) {
    return fields.has(field.key());
  }

  private String string(ExampleField field) {
    return fields.string(field.key(), field.longest);
  }

  private String text(ExampleField field) {
    return fields.text(field.key(), field.longest);
  }

  private int belief(ExampleField field) {
    JsonNode value = fields.value(field.key());
    double number = value.isNumber() ? value.doubleValue() : -1;
    if (number != Math.rint(number) || number < 0 || number >= BeliefClass.COUNT) {
      throw wrong(field, "must be a belief class, 0 to 5, is " + FieldReader.shown(value));
    }
    return (int) number;
  }

  private List<String> options() {
    List<String> options = new ArrayList<>();
    JsonNode array = fields.array(ExampleField.OPTIONS.key());
    if (array.size() > Bounds.OPTIONS) {
      throw wrong(
          ExampleField.OPTIONS, "holds " + array.size() + " texts, more than " + Bounds.OPTIONS);
    }
    for (JsonNode option : array) {
      if (!option.isTextual()) {
        throw wrong(ExampleField.OPTIONS, "must hold texts, holds " + FieldReader.shown(option));
      }
      options.add(
          fields.checked(
              ExampleField.OPTIONS.key(), option.textValue(), ExampleField.OPTIONS.longest));
    }
    return options;
  }

  private BeliefDistribution beliefs() {
    List<Double> probabilities = new ArrayList<>();
    for (JsonNode probability : fields.array(ExampleField.PROBABILITIES.key())) {
      if (!probability.isNumber()) {
        throw wrong(
            ExampleField.PROBABILITIES,
            "must hold numbers, holds " + FieldReader.shown(probability));
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

  private RowException wrong(ExampleField field, String message) {
    return fields.wrong(field.key(), message);
  }
}
