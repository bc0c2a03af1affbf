package io.gdpo.data;

import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.data.PreferenceExample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * writes them; columns are those of {@link ParquetRow}.
 */
public final class PreferenceParquet {
  private PreferenceParquet() {}

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
                .writerFor(ParquetRow.class)
                .withRootValueSeparator("\n")
                .without(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
                .writeValues(Files.newBufferedWriter(rows));
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot write " + file, e);
      }
    }

    public void add(PreferenceExample example) {
      try {
        examples.write(ParquetRow.of(example));
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
          ParquetRow.COLUMNS.entrySet().stream()
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
    for (Map.Entry<String, String> column : ParquetRow.COLUMNS.entrySet()) {
      if (!found.containsKey(column.getKey()) && !ParquetRow.NEWER.contains(column.getKey())) {
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
        ParquetRow.COLUMNS.entrySet().stream()
            .map(
                column ->
                    columns.contains(column.getKey())
                        ? "CAST(\"" + column.getKey() + "\" AS " + column.getValue() + ")"
                        : "NULL")
            .collect(Collectors.joining(", "));
    List<PreferenceExample> examples = new ArrayList<>();
    try (ResultSet values =
        statement.executeQuery("SELECT " + selected + " FROM " + DuckDb.parquet(file))) {
      while (values.next()) {
        examples.add(
            ParquetRow.of(file, examples.size() + 1L, values).example(file, examples.size() + 1L));
      }
    }
    return List.copyOf(examples);
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }
}
