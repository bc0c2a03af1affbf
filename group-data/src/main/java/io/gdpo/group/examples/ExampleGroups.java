package io.gdpo.group.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.group.Bounds;
import io.gdpo.group.DatasetException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Whose examples are asked for, and what tells whose an example is: the field {@code group}, or the
 * one that {@code dataset.by} names.
 */
final class ExampleGroups {
  private static final int LISTED = 20;
  private static final int QUOTED = 60;

  private final String column;
  private final boolean needed;
  private final Optional<String> ofAll;
  private final List<String> asked;

  /** Names as they are told, by what they have in common however they are written. */
  private final Map<String, String> seen = new LinkedHashMap<>();

  private final TreeSet<String> others = new TreeSet<>();

  /** Takes what a specification says of groups. */
  ExampleGroups(DatasetSpec spec) {
    this.column = spec.by() == null ? ExampleField.GROUP.key() : spec.by();
    this.needed = spec.by() != null;
    this.asked = spec.groupNames();
    this.ofAll = asked.size() == 1 ? Optional.of(asked.get(0)) : Optional.empty();
  }

  String column() {
    return column;
  }

  /** The group that a record itself names. */
  Optional<String> of(FieldReader fields) {
    JsonNode value = fields.values().path(column);
    if (value.isMissingNode() || value.isNull() || value.asText("-").isBlank()) {
      if (needed) {
        throw fields.wrong(column, "is missing or empty; dataset.by says that it is the group");
      }
      return Optional.empty();
    }
    if (!value.isValueNode()) {
      throw fields.wrong(column, "must be a text, is " + FieldReader.shown(value));
    }
    return Optional.of(fields.checked(column, value.asText(), Bounds.NAME).strip());
  }

  /**
   * Whether an example is asked for.
   *
   * @param own the group that it names
   */
  boolean take(Optional<String> own, Place place) {
    if (own.isEmpty()) {
      if (asked.size() > 1) {
        throw new DatasetException(
            place
                + ", field '"
                + column
                + "': is missing; dataset.groups asks for several groups, and this example says none;"
                + " dataset.by can name another field");
      }
      return true;
    }
    String key = DatasetSpec.groupKey(own.get());
    if (!asked.isEmpty()
        && asked.stream().noneMatch(name -> DatasetSpec.groupKey(name).equals(key))) {
      if (others.size() < LISTED) {
        others.add(Reason.beginning(own.get(), QUOTED));
      }
      return false;
    }
    seen.putIfAbsent(key, own.get());
    if (seen.size() > DatasetSpec.MOST_GROUPS) {
      throw new DatasetException(
          place
              + ", field '"
              + column
              + "': there are more than "
              + DatasetSpec.MOST_GROUPS
              + " groups; name those to learn from under dataset.groups");
    }
    return true;
  }

  /**
   * The group of an example that was taken; empty if neither it nor the specification names one.
   */
  String name(Optional<String> own) {
    return own.map(name -> seen.get(DatasetSpec.groupKey(name))).or(() -> ofAll).orElse("");
  }

  /**
   * To be called when all is read.
   *
   * @throws DatasetException if a group that was asked for has no example
   */
  void requireAll() {
    if (seen.isEmpty() && others.isEmpty()) {
      return; // no example names a group
    }
    for (String name : asked) {
      if (!seen.containsKey(DatasetSpec.groupKey(name))) {
        throw new DatasetException(
            "no example is of the group '"
                + name
                + "' in the field '"
                + column
                + "'; there are "
                + new TreeSet<>(seen.values())
                + (others.isEmpty() ? "" : " and " + others));
      }
    }
  }
}
