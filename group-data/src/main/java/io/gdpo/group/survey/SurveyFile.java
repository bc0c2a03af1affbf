package io.gdpo.group.survey;

import io.gdpo.group.Bounds;
import io.gdpo.group.DatasetException;
import io.gdpo.group.text.CsvTable;
import io.gdpo.group.text.PythonLiteral.MalformedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads a survey's CSV: columns {@code question}, {@code options} (a printed Python list), the
 * shares as {@link SurveyLayout} says, and others that are not looked at.
 *
 * <p>A row that cannot be read does not stop the others: it is told to {@code refuse} with its
 * number and the reason. Of a file that has none of the columns nothing is quoted: it may be
 * anybody's.
 */
final class SurveyFile {
  private final Path file;
  private final AskedGroups groups;
  private final Refusals refusals;
  private final List<SurveyRow> rows = new ArrayList<>();
  private SurveyLayout layout;

  /**
   * What a file holds.
   *
   * @param rows those that can be read
   * @param layout null if the file is empty
   */
  record Table(List<SurveyRow> rows, SurveyLayout layout) {}

  /** Takes the rows that cannot be used. */
  interface Refusals {
    /**
     * @param group the group that the row cannot be used for; null if for none
     */
    void refuse(long row, String group, String question, String reason);
  }

  private SurveyFile(Path file, AskedGroups groups, Refusals refusals) {
    this.file = file;
    this.groups = groups;
    this.refusals = refusals;
  }

  /**
   * Reads the file.
   *
   * @throws SurveyException if the file is not a CSV with the needed columns
   */
  static Table read(Path file, AskedGroups groups, Refusals refusals) {
    SurveyFile survey = new SurveyFile(file, groups, refusals);
    survey.read();
    return new Table(survey.rows, survey.layout);
  }

  private void read() {
    try (CsvTable csv = CsvTable.open(file, Bounds.SURVEY_ROW)) {
      if (csv.columns().isEmpty()) {
        return;
      }
      layout = SurveyLayout.of(file, csv.columns(), groups.by());
      while (csv.next()) {
        if (csv.number() > Bounds.ROWS) {
          throw new SurveyException(
              String.format(Locale.ROOT, "%s has more than %,d rows", file, Bounds.ROWS));
        }
        readRow(csv.number(), new SurveyRecord(csv));
      }
    } catch (SurveyException e) {
      throw e;
    } catch (DatasetException e) {
      throw new SurveyException(e.getMessage(), e);
    } catch (IOException e) {
      throw new SurveyException("Cannot read survey " + file + ": " + e.getMessage(), e);
    }
  }

  private void readRow(long number, SurveyRecord record) {
    try {
      record.requireNoMoreFieldsThanTheHeader();
      record.requireQuestion();
      List<String> options = record.options();
      rows.add(
          new SurveyRow(
              number,
              record.question(),
              options,
              groups.shares(
                  layout,
                  record,
                  (group, reason) -> refusals.refuse(number, group, record.question(), reason))));
    } catch (MalformedException e) {
      refusals.refuse(number, null, record.question(), e.getMessage());
    }
  }
}
