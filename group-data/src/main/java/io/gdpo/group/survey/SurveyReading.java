package io.gdpo.group.survey;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.DatasetCard.RowNote;
import io.gdpo.contracts.spec.DatasetSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A survey's file, read once for all asked groups. */
final class SurveyReading {
  private final Path file;
  private final AskedGroups groups;
  private final Map<String, Integer> options;
  private final List<RowNote> unreadable = new ArrayList<>();
  private final Map<String, List<RowNote>> unreadableOf = new HashMap<>();

  SurveyReading(Path file, AskedGroups groups, Map<String, Integer> options) {
    this.file = file;
    this.groups = groups;
    this.options = options;
  }

  List<GroupSurvey> surveys() {
    SurveyFile.Table table = SurveyFile.read(file, groups, this::refuse);
    long total = table.rows().size() + unreadable.size();
    if (total == 0) {
      throw new SurveyException(file + " holds no question, only a header or nothing");
    }
    requireGroups(table.layout());
    requireGivenOptions(table.rows());
    Map<String, Integer> given = new HashMap<>();
    options.forEach((text, belief) -> given.put(DatasetSpec.optionKey(text), belief));
    return groups.named().keySet().stream()
        .map(
            group -> {
              List<RowNote> refused = new ArrayList<>(unreadable);
              refused.addAll(unreadableOf.getOrDefault(group, List.of()));
              return new GroupAccount(file, group, given, refused).of(table.rows(), total);
            })
        .toList();
  }

  private void requireGroups(SurveyLayout layout) {
    String nobody =
        unreadable.isEmpty()
            ? file + ": " + layout.nobody()
            : file
                + ": no row can be used; row "
                + unreadable.get(0).row()
                + ": "
                + unreadable.get(0).note();
    if (groups.named().isEmpty()) {
      throw new SurveyException(nobody);
    }
    groups
        .named()
        .forEach(
            (group, names) -> {
              if (!names.found()) {
                throw new SurveyException(
                    names.isEmpty()
                        ? nobody
                        : file + " has no group '" + group + "'; " + names.shown());
              }
            });
  }

  private void refuse(long row, String group, String question, String reason) {
    (group == null ? unreadable : unreadableOf.computeIfAbsent(group, g -> new ArrayList<>()))
        .add(GroupAccount.note(row, question, reason, group));
  }

  /** A slip in a text would leave its option the class of its words, or its row without use. */
  private void requireGivenOptions(List<SurveyRow> rows) {
    if (options.isEmpty()) {
      return;
    }
    Set<String> there =
        rows.stream()
            .flatMap(row -> row.options().stream())
            .map(DatasetSpec::optionKey)
            .collect(Collectors.toSet());
    options.keySet().stream()
        .filter(text -> !there.contains(DatasetSpec.optionKey(text)))
        .findFirst()
        .ifPresent(
            text -> {
              throw new SurveyException(
                  "dataset.options: "
                      + Reason.quoted(text)
                      + " is an option of no question in "
                      + file
                      + "; write it as the survey does, or leave it out");
            });
  }
}
