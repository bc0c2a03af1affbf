package io.gdpo.data;

import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.data.PreferenceExample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Preference examples in Parquet files, the form in which datasets are stored. DuckDB reads and
 * writes them; columns are {@link PreferenceExample}'s fields in snake_case.
 */
public final class PreferenceParquet {
  /** Absent in files of versions before. */
  private static final String GROUP = "group";

  private static final Map<String, String> COLUMNS = columns();

  private PreferenceParquet() {}

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
    columns.put(GROUP, "VARCHAR");
    return columns;
  }

  /** Writes examples in their order; an existing file is replaced. */
  public static void write(Path file, List<PreferenceExample> examples) {
    try (Writer writer = new Writer(file)) {
      examples.forEach(writer::add);
      writer.finish();
    }
  }

  /**
   * Writes one file, an example at a time: they go to a file of rows beside it, and {@link #finish}
   * makes the Parquet file of that, so that memory does not grow with their number.
   */
  public static final class Writer implements AutoCloseable {
    /** Rows that DuckDB holds in memory before it writes them. */
    private static final int ROW_GROUP = 8192;

    private final Path file;
    private final Path rows;
    private final SequenceWriter examples;

    /** An existing file is replaced when this writer finishes. */
    public Writer(Path file) {
      this.file = file;
      try {
        rows = Files.createTempFile(file.toAbsolutePath().getParent(), "rows-", ".jsonl");
        examples =
            Json.EVENTS
                .writerFor(PreferenceExample.class)
                .withRootValueSeparator("\n")
                .without(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
                .writeValues(Files.newBufferedWriter(rows));
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot write " + file, e);
      }
    }

    public void add(PreferenceExample example) {
      try {
        examples.write(example);
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot write " + file, e);
      }
    }

    /** Makes the file of all examples that were added. */
    public void finish() {
      try {
        examples.close();
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot write " + file, e);
      }
      String columns =
          COLUMNS.entrySet().stream()
              .map(column -> "'" + column.getKey() + "': '" + column.getValue() + "'")
              .collect(Collectors.joining(", ", "{", "}"));
      String sql =
          "COPY (SELECT * FROM read_json("
              + DuckDb.noPattern(rows)
              + ", format = 'newline_delimited', hive_partitioning = false, columns = "
              + columns
              + ")) TO "
              + DuckDb.literal(file)
              + " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE "
              + ROW_GROUP
              + ")";
      try (Connection duckdb = DuckDb.open();
          Statement statement = duckdb.createStatement()) {
        statement.execute("SET threads = 1");
        statement.execute(sql);
      } catch (SQLException e) {
        throw new PreferenceDataException("Cannot write " + file + ": " + e.getMessage(), e);
      }
    }

    /** Leaves nothing behind but what {@link #finish} made. */
    @Override
    public void close() {
      try {
        examples.close();
        Files.deleteIfExists(rows);
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot remove " + rows, e);
      }
    }
  }

  /**
   * Reads examples in the file's order.
   *
   * @throws PreferenceDataException if the file is missing or is not Parquet, a column is missing
   *     or of another type, or a value is empty; says which file, row and field
   */
  public static List<PreferenceExample> read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new PreferenceDataException(file + " is not there, or is not a file");
    }
    try (Connection duckdb = DuckDb.open();
        Statement statement = duckdb.createStatement()) {
      return rows(file, statement, columns(file, statement));
    } catch (SQLException e) {
      throw new PreferenceDataException(
          file + " cannot be read as Parquet: " + firstLine(e.getMessage()), e);
    }
  }

  /** The names of the file's columns, of which none is missing. */
  private static Set<String> columns(Path file, Statement statement) throws SQLException {
    Map<String, String> found = new LinkedHashMap<>();
    try (ResultSet columns =
        statement.executeQuery("DESCRIBE SELECT * FROM " + DuckDb.parquet(file))) {
      while (columns.next()) {
        found.put(columns.getString("column_name"), columns.getString("column_type"));
      }
    }
    for (Map.Entry<String, String> column : COLUMNS.entrySet()) {
      if (!found.containsKey(column.getKey()) && !column.getKey().equals(GROUP)) {
        throw new PreferenceDataException(
            file
                + " has no column '"
                + column.getKey()
                + "'; its columns are "
                + new TreeSet<>(found.keySet()));
      }
      String type = found.getOrDefault(column.getKey(), column.getValue());
      if (type.endsWith("[]") != column.getValue().endsWith("[]")) {
        throw new PreferenceDataException(
            file
                + ": column '"
                + column.getKey()
                + "' must be "
                + column.getValue()
                + ", is "
                + type);
      }
    }
    return found.keySet();
  }

  private static List<PreferenceExample> rows(Path file, Statement statement, Set<String> columns)
      throws SQLException {
    String selected =
        COLUMNS.entrySet().stream()
            .map(
                column ->
                    columns.contains(column.getKey())
                        ? "CAST(\"" + column.getKey() + "\" AS " + column.getValue() + ")"
                        : "''")
            .collect(Collectors.joining(", "));
    List<PreferenceExample> examples = new ArrayList<>();
    try (ResultSet values =
        statement.executeQuery("SELECT " + selected + " FROM " + DuckDb.parquet(file))) {
      while (values.next()) {
        examples.add(new Row(file, examples.size() + 1L, values).example());
      }
    }
    return List.copyOf(examples);
  }

  /** One row of the file, its values taken in the order of {@link #COLUMNS}. */
  private static final class Row {
    private static final List<String> NAMES = List.copyOf(COLUMNS.keySet());

    private final Path file;
    private final long number;
    private final ResultSet values;
    private int column;

    Row(Path file, long number, ResultSet values) {
      this.file = file;
      this.number = number;
      this.values = values;
    }

    PreferenceExample example() throws SQLException {
      return new PreferenceExample(
          text(),
          text(),
          text(),
          text(),
          list(String.class),
          belief(),
          text(),
          text(),
          belief(),
          text(),
          text(),
          list(Double.class),
          (Boolean) next(),
          text());
    }

    private Object next() throws SQLException {
      Object value = values.getObject(++column);
      if (value == null) {
        throw bad("has no value");
      }
      return value;
    }

    private String text() throws SQLException {
      return (String) next();
    }

    private int belief() throws SQLException {
      int belief = (Integer) next();
      if (belief < 0 || belief > 5) {
        throw bad("must be a belief class, 0 to 5, is " + belief);
      }
      return belief;
    }

    private <T> List<T> list(Class<T> type) throws SQLException {
      List<T> list = new ArrayList<>();
      for (Object element : (Object[]) ((Array) next()).getArray()) {
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

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }
}
