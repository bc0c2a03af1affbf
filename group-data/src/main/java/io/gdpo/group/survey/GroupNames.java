package io.gdpo.group.survey;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.spec.DatasetSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The groups of a survey, found by name. Names are the same if they are written with the same
 * letters, however an accent is encoded.
 */
final class GroupNames {
  private static final int LISTED = 20;
  private static final int NEAREST = 5;
  private static final int REMEMBERED = 100_000;
  private static final int LONGEST_SHOWN = 60;

  private final String wanted;
  private final Map<String, Integer> distances = new TreeMap<>();
  private boolean found;

  GroupNames(String wanted) {
    this.wanted = DatasetSpec.groupKey(wanted);
  }

  /** Whether this is a way to write the group's name. */
  boolean isOf(String name) {
    return DatasetSpec.groupKey(name).equals(wanted);
  }

  /** What belongs to the group among what a row holds for each group, if it asks the group. */
  Optional<Object> find(Map<String, Object> row) {
    Optional<Object> exact = Optional.ofNullable(row.get(wanted));
    Optional<Object> ofGroup =
        exact.isPresent()
            ? exact
            : row.entrySet().stream()
                .filter(entry -> isOf(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    found |= ofGroup.isPresent();
    return ofGroup;
  }

  /** Whether any row asks the group, also one that cannot be used. */
  boolean found() {
    return found;
  }

  /** Remembers the names of a row that does not ask the group. */
  void remember(Map<String, Object> row) {
    for (String name : row.keySet()) {
      if (distances.size() < REMEMBERED) {
        distances.computeIfAbsent(Reason.beginning(name, LONGEST_SHOWN), this::distance);
      }
    }
  }

  /** Whether no row had any group. */
  boolean isEmpty() {
    return distances.isEmpty();
  }

  /** All remembered names, or the nearest ones if they are many. */
  String shown() {
    if (distances.size() <= LISTED) {
      return "its groups are " + distances.keySet();
    }
    List<String> nearest =
        distances.entrySet().stream()
            .sorted(Comparator.comparing(Map.Entry::getValue))
            .limit(NEAREST)
            .map(Map.Entry::getKey)
            .toList();
    return String.format(
        Locale.ROOT, "the nearest of its %,d groups are %s", distances.size(), nearest);
  }

  /** Edits between a name and the wanted one, case apart (Levenshtein). */
  private int distance(String name) {
    String to = wanted.toLowerCase(Locale.ROOT);
    String from = DatasetSpec.groupKey(name).toLowerCase(Locale.ROOT);
    List<Integer> row = new ArrayList<>();
    for (int j = 0; j <= to.length(); j++) {
      row.add(j);
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row.get(0);
      row.set(0, i);
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row.get(j);
        row.set(j, Math.min(replaced, 1 + Math.min(row.get(j), row.get(j - 1))));
      }
    }
    return row.get(to.length());
  }
}
