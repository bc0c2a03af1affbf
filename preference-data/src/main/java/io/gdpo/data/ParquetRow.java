package io.gdpo.data;

import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.Opinion;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Votes;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.duckdb.DuckDBAppender;

/**
 * An example as a row of a Parquet file. Of data without beliefs all that tells of them has no
 * value, and none that counts votes where nobody was counted; {@code group} has none where no group
 * is named. Files of versions before have neither. Of responses that are judged by themselves, the
 * side that there is not has no value.
 */
record ParquetRow(
    String questionId,
    String style,
    String prompt,
    String context,
    List<String> options,
    Integer acceptChoiceId,
    String acceptChoice,
    String acceptResponse,
    Integer rejectChoiceId,
    String rejectChoice,
    String rejectResponse,
    List<Double> probabilities,
    Boolean majority,
    String group,
    Integer votesChosen,
    Integer votesRejected,
    Integer votesTied) {
  /** Columns that files of versions before do not have. */
  static final Set<String> NEWER = Set.of("group", "votes_chosen", "votes_rejected", "votes_tied");

  /** DuckDB's type of each column. */
  static final Map<String, String> COLUMNS = columns();

  private static Map<String, String> columns() {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("question_id", "VARCHAR");
    columns.put("style", "VARCHAR");
    columns.put("prompt", "VARCHAR");
    columns.put("context", "VARCHAR");
    columns.put("options", "VARCHAR[]");
    columns.put("accept_choice_id", "INTEGER");
    columns.put("accept_choice", "VARCHAR");
    columns.put("accept_response", "VARCHAR");
    columns.put("reject_choice_id", "INTEGER");
    columns.put("reject_choice", "VARCHAR");
    columns.put("reject_response", "VARCHAR");
    columns.put("probabilities", "DOUBLE[]");
    columns.put("majority", "BOOLEAN");
    columns.put("group", "VARCHAR");
    columns.put("votes_chosen", "INTEGER");
    columns.put("votes_rejected", "INTEGER");
    columns.put("votes_tied", "INTEGER");
    return columns;
  }

  static ParquetRow of(PreferenceExample example) {
    Opinion opinion = example.opinion();
    boolean beliefs = opinion != null;
    return new ParquetRow(
        example.questionId(),
        example.style(),
        example.prompt(),
        example.context(),
        beliefs ? opinion.options() : null,
        beliefs ? opinion.chosen().number() : null,
        beliefs ? opinion.chosen().option() : null,
        example.chosen(),
        beliefs ? opinion.rejected().number() : null,
        beliefs ? opinion.rejected().option() : null,
        example.rejected(),
        beliefs ? opinion.probabilities() : null,
        beliefs ? opinion.majority() : null,
        example.group().isEmpty() ? null : example.group(),
        example.votes() == null ? null : example.votes().chosen(),
        example.votes() == null ? null : example.votes().rejected(),
        example.votes() == null ? null : example.votes().tied());
  }

  /** Adds this row to a table of {@link #COLUMNS}. */
  void appendTo(DuckDBAppender table) throws SQLException {
    table
        .beginRow()
        .append(questionId)
        .append(style)
        .append(prompt)
        .append(context)
        .append(options)
        .append(acceptChoiceId)
        .append(acceptChoice)
        .append(acceptResponse)
        .append(rejectChoiceId)
        .append(rejectChoice)
        .append(rejectResponse)
        .append(probabilities)
        .append(majority)
        .append(group)
        .append(votesChosen)
        .append(votesRejected)
        .append(votesTied)
        .endRow();
  }

  /** The row at which {@code values} stands; columns in the order of {@link #COLUMNS}. */
  static ParquetRow of(Path file, long number, ResultSet values) throws SQLException {
    Cells cells = new Cells(file, number, values);
    return new ParquetRow(
        (String) cells.next(),
        (String) cells.next(),
        (String) cells.next(),
        (String) cells.next(),
        cells.list(String.class),
        cells.belief(),
        (String) cells.next(),
        (String) cells.next(),
        cells.belief(),
        (String) cells.next(),
        (String) cells.next(),
        cells.list(Double.class),
        (Boolean) cells.next(),
        (String) cells.next(),
        (Integer) cells.next(),
        (Integer) cells.next(),
        (Integer) cells.next());
  }

  /**
   * The example, if the row says all of it.
   *
   * @throws PreferenceDataException that names what has no value
   */
  PreferenceExample example(Path file, long number) {
    Map<String, Object> needed = new LinkedHashMap<>();
    needed.put("question_id", questionId);
    needed.put("style", style);
    needed.put("prompt", prompt);
    needed.put("context", context);
    boolean beliefs = acceptChoiceId != null || acceptChoice != null || probabilities != null;
    boolean judged =
        !beliefs && votesChosen == null && (acceptResponse == null) != (rejectResponse == null);
    if (!judged) {
      needed.put("accept_response", acceptResponse);
      needed.put("reject_response", rejectResponse);
    }
    if (beliefs) {
      needed.put("options", options);
      needed.put("accept_choice_id", acceptChoiceId);
      needed.put("accept_choice", acceptChoice);
      needed.put("reject_choice_id", rejectChoiceId);
      needed.put("reject_choice", rejectChoice);
      needed.put("probabilities", probabilities);
      needed.put("majority", majority);
    }
    if (votesChosen != null) {
      needed.put("votes_rejected", votesRejected);
      needed.put("votes_tied", votesTied);
    }
    needed.forEach(
        (field, value) -> {
          if (value == null) {
            throw PreferenceDataException.at(file, number, field, "has no value");
          }
        });
    return new PreferenceExample(
        questionId,
        style,
        prompt,
        context,
        acceptResponse,
        rejectResponse,
        beliefs
            ? new Opinion(
                options,
                new Opinion.Belief(acceptChoiceId, acceptChoice),
                new Opinion.Belief(rejectChoiceId, rejectChoice),
                probabilities,
                majority)
            : null,
        votesChosen == null ? null : new Votes(votesChosen, votesRejected, votesTied),
        group == null ? "" : group);
  }

  /** The values of a row, one after the other. */
  private static final class Cells {
    private static final List<String> NAMES = List.copyOf(COLUMNS.keySet());

    private final Path file;
    private final long number;
    private final ResultSet values;
    private int column;

    Cells(Path file, long number, ResultSet values) {
      this.file = file;
      this.number = number;
      this.values = values;
    }

    /** Null if there is none. */
    Object next() throws SQLException {
      return values.getObject(++column);
    }

    Integer belief() throws SQLException {
      Integer belief = (Integer) next();
      if (belief != null && (belief < 0 || belief >= BeliefClass.COUNT)) {
        throw bad("must be a belief class, 0 to 5, is " + belief);
      }
      return belief;
    }

    <T> List<T> list(Class<T> type) throws SQLException {
      Array array = (Array) next();
      if (array == null) {
        return null;
      }
      List<T> list = new ArrayList<>();
      for (Object element : (Object[]) array.getArray()) {
        if (element == null) {
          throw bad("holds an empty element");
        }
        list.add(type.cast(element));
      }
      return list;
    }

    private PreferenceDataException bad(String message) {
      return PreferenceDataException.at(file, number, NAMES.get(column - 1), message);
    }
  }
}
