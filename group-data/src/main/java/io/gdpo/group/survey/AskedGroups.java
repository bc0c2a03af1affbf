package io.gdpo.group.survey;

import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.group.text.PythonLiteral.MalformedException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** The groups of a survey that are asked for: those that are named, or all that its rows name. */
final class AskedGroups {
  private final Map<String, GroupNames> named = new LinkedHashMap<>();
  private final String by;
  private final boolean all;

  /**
   * @param names of the groups; empty for all
   * @param by what tells a row's group; null if the file's own layout
   */
  AskedGroups(List<String> names, String by) {
    names.forEach(name -> named.put(name, new GroupNames(name)));
    this.by = by;
    this.all = names.isEmpty();
  }

  String by() {
    return by;
  }

  /**
   * What a record says of each asked group.
   *
   * @param refuse takes a group whose shares cannot be read, and why
   * @throws MalformedException if none's can
   */
  Map<String, List<Double>> shares(
      SurveyLayout layout, SurveyRecord record, BiConsumer<String, String> refuse) {
    Map<String, Object> groups = layout.groups(record);
    if (all) {
      groups.keySet().forEach(this::name);
    }
    Map<String, List<Double>> shares = new LinkedHashMap<>();
    named.forEach(
        (group, names) ->
            names
                .find(groups)
                .ifPresentOrElse(
                    list -> {
                      try {
                        shares.put(group, SurveyRecord.shares(layout.column(), list));
                      } catch (MalformedException e) {
                        refuse.accept(group, e.getMessage());
                      }
                    },
                    () -> names.remember(groups)));
    return shares;
  }

  private void name(String group) {
    if (named.values().stream().noneMatch(known -> known.isOf(group))) {
      if (named.size() == DatasetSpec.MOST_GROUPS) {
        throw new SurveyException(
            "dataset.by: there are more than "
                + DatasetSpec.MOST_GROUPS
                + " groups; name those to learn from under dataset.groups");
      }
      named.put(group.strip(), new GroupNames(group));
    }
  }

  /** The groups, in order, with what was seen of their names. */
  Map<String, GroupNames> named() {
    return named;
  }
}
