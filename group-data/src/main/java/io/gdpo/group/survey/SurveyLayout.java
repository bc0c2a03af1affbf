package io.gdpo.group.survey;

import io.gdpo.contracts.Reason;
import io.gdpo.group.text.PythonLiteral.MalformedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Where a survey's records have their groups, told from the names of its columns. */
sealed interface SurveyLayout {
  /** What every survey has, in the layout of each kind. */
  List<List<String>> KINDS =
      List.of(
          List.of("question", "selections", "options"),
          List.of("question", "responses", "options"));

  /** Columns of the header that are shown of a file that has others. */
  int SHOWN = 20;

  /** The column that holds the shares. */
  String column();

  /** By group: what should be the list of its shares; empty if the record is none's. */
  Map<String, Object> groups(SurveyRecord record);

  /** What to say where no record had a group. */
  default String nobody() {
    return "no row names a group";
  }

  /**
   * The layout of a file with these columns.
   *
   * @param by the column, or the attribute, that tells a row's group; null if the file's own
   * @throws SurveyException if this is no survey, or does not tell its groups
   */
  static SurveyLayout of(Path file, List<String> columns, String by) {
    if (columns.containsAll(KINDS.get(0))) {
      if (by != null) {
        throw new SurveyException(
            "dataset.by: the rows of "
                + file
                + " are not of one group each; its groups stand in the column 'selections'. Leave"
                + " by out and name them under dataset.groups");
      }
      return new ColumnOfGroups();
    }
    if (!columns.containsAll(KINDS.get(1))) {
      throw notASurvey(file, columns);
    }
    if (by != null && !columns.contains(by)) {
      if (columns.contains(RowsOfAttributes.ATTRIBUTE) && columns.contains(RowsOfGroups.GROUP)) {
        return new RowsOfAttributes(by);
      }
      throw new SurveyException(
          "dataset.by: " + file + " has no column '" + by + "'; it has " + shown(columns));
    }
    String column = by == null ? RowsOfGroups.GROUP : by;
    if (!columns.contains(column)) {
      throw new SurveyException(
          file
              + " has shares in a column 'responses' and no column 'group' that says whose they"
              + " are; name that column as dataset.by. It has "
              + shown(columns));
    }
    return new RowsOfGroups(column);
  }

  private static SurveyException notASurvey(Path file, List<String> columns) {
    List<String> missing = KINDS.get(0).stream().filter(name -> !columns.contains(name)).toList();
    boolean ours = missing.size() < KINDS.get(0).size();
    return new SurveyException(
        file
            + " has no column '"
            + missing.get(0)
            + "'; a survey needs the columns "
            + KINDS.get(0)
            + ", or "
            + KINDS.get(1)
            + " and one of the group"
            + (ours ? "; it has " + shown(columns) : "; its first row has none of them"));
  }

  private static List<String> shown(List<String> columns) {
    return columns.stream()
        .limit(SHOWN)
        .map(name -> Reason.beginning(name, SurveyRecord.QUOTED))
        .toList();
  }

  /**
   * A row a question: {@code selections} is a printed dictionary of all groups, as in the public
   * GlobalOpinionQA table.
   */
  record ColumnOfGroups() implements SurveyLayout {
    @Override
    public String column() {
      return "selections";
    }

    @Override
    @SuppressWarnings("unchecked") // PythonLiteral's dictionaries have texts as keys
    public Map<String, Object> groups(SurveyRecord record) {
      if (record.literal(column()) instanceof Map<?, ?> groups) {
        return (Map<String, Object>) groups;
      }
      throw new MalformedException(
          "field 'selections' must be a dictionary of groups, such as {'A': [0.6, 0.4]}");
    }
  }

  /** A row a question and group: {@code responses} is a printed list of shares. */
  record RowsOfGroups(String groupColumn) implements SurveyLayout {
    static final String GROUP = "group";

    @Override
    public String column() {
      return "responses";
    }

    @Override
    public Map<String, Object> groups(SurveyRecord record) {
      return Map.of(record.group(groupColumn), record.literal(column()));
    }
  }

  /**
   * The same of several ways to part the same people, as in SubPOP: {@code attribute} names the way
   * ({@code POLPARTY}), {@code group} the part.
   */
  final class RowsOfAttributes implements SurveyLayout {
    static final String ATTRIBUTE = "attribute";

    private final String attribute;

    /** Those of other rows, so far. */
    private final TreeSet<String> attributes = new TreeSet<>();

    RowsOfAttributes(String attribute) {
      this.attribute = attribute;
    }

    @Override
    public String column() {
      return "responses";
    }

    @Override
    public Map<String, Object> groups(SurveyRecord record) {
      String of = record.group(ATTRIBUTE);
      if (of.equals(attribute)) {
        return Map.of(record.group(RowsOfGroups.GROUP), record.literal(column()));
      }
      if (attributes.size() < SHOWN) {
        attributes.add(Reason.beginning(of, SurveyRecord.QUOTED));
      }
      return Map.of();
    }

    @Override
    public String nobody() {
      return "dataset.by: there is no column and no attribute '"
          + attribute
          + "'; its attributes are "
          + attributes;
    }
  }
}
