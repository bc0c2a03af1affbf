package io.gdpo.data;

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
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

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
   * Writes one file, an example at a time. They go to a table in memory; when that is full it
   * becomes a part, a Parquet file beside the one to be, so that memory does not grow with their
   * number. {@link #finish} joins the parts. Not for several threads at a time.
   */
  public static final class Writer implements AutoCloseable {
    /** Rows that DuckDB holds in memory before it writes them. */
    private static final int ROW_GROUP = 8192;

    private static final int ROWS_OF_A_PART = 4 * ROW_GROUP;

    /** UTF-16 units of the texts of a part; few rows may be long. */
    private static final int TEXT_OF_A_PART = 32 << 20;

    /** So much of it at most is held twice, in Java's heap too, until DuckDB is given it. */
    private static final int TEXT_OF_A_FLUSH = 1 << 20;

    private static final String COLUMNS =
        ParquetRow.COLUMNS.entrySet().stream()
            .map(column -> "\"" + column.getKey() + "\" " + column.getValue())
            .collect(Collectors.joining(", "));

    private final Path file;
    private final List<Path> parts = new ArrayList<>();
    private final DuckDBConnection duckdb;
    private DuckDBAppender table;
    private int rows;
    private long text;
    private long flushed;

    /** An existing file is replaced when this writer finishes. */
    public Writer(Path file) {
      this.file = file;
      try {
        duckdb = DuckDb.open().unwrap(DuckDBConnection.class);
        execute("SET threads = 1");
        table = emptyTable();
      } catch (SQLException e) {
        throw cannotWrite(e);
      }
    }

    private DuckDBAppender emptyTable() throws SQLException {
      execute("CREATE OR REPLACE TABLE part (" + COLUMNS + ")");
      DuckDBAppender empty = duckdb.createAppender("part");
      empty.unsafeBreakThreadConfinement(); // whoever adds takes care that it is one at a time
      return empty;
    }

    public void add(PreferenceExample example) {
      try {
        ParquetRow.of(example).appendTo(table);
        rows++;
        text += text(example);
        if (text - flushed >= TEXT_OF_A_FLUSH) {
          table.flush();
          flushed = text;
        }
        if (rows == ROWS_OF_A_PART || text >= TEXT_OF_A_PART) {
          writePart();
          table = emptyTable();
        }
      } catch (SQLException e) {
        throw cannotWrite(e);
      }
    }

    private static long text(PreferenceExample example) {
      return 0L
          + example.prompt().length()
          + example.context().length()
          + length(example.chosen())
          + length(example.rejected());
    }

    /** Of a response that is judged by itself the other side is null. */
    private static int length(String response) {
      return response == null ? 0 : response.length();
    }

    private void writePart() throws SQLException {
      table.close();
      try {
        parts.add(Files.createTempFile(file.toAbsolutePath().getParent(), "part-", ".parquet"));
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot write " + file, e);
      }
      copy("part", parts.get(parts.size() - 1), "snappy");
      rows = 0;
      text = 0;
      flushed = 0;
    }

    /** Makes the file of all examples that were added. */
    public void finish() {
      try {
        if (parts.isEmpty()) {
          table.close();
          copy("part", file, "zstd");
          return;
        }
        writePart();
        String all = parts.stream().map(DuckDb::noPattern).collect(Collectors.joining(", "));
        copy("read_parquet([" + all + "], hive_partitioning = false)", file, "zstd");
      } catch (SQLException e) {
        throw cannotWrite(e);
      }
    }

    private void copy(String from, Path to, String compression) throws SQLException {
      execute(
          "COPY (SELECT * FROM "
              + from
              + ") TO "
              + DuckDb.literal(to)
              + " (FORMAT parquet, COMPRESSION "
              + compression
              + ", ROW_GROUP_SIZE "
              + ROW_GROUP
              + ")");
    }

    private void execute(String sql) throws SQLException {
      try (Statement statement = duckdb.createStatement()) {
        statement.execute(sql);
      }
    }

    private PreferenceDataException cannotWrite(SQLException e) {
      return new PreferenceDataException("Cannot write " + file + ": " + e.getMessage(), e);
    }

    /** Leaves nothing behind but what {@link #finish} made. */
    @Override
    public void close() {
      try {
        table.close();
        duckdb.close();
        for (Path part : parts) {
          Files.deleteIfExists(part);
        }
      } catch (SQLException e) {
        throw cannotWrite(e);
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot remove the parts of " + file, e);
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
