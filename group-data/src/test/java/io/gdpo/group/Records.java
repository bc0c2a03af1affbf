package io.gdpo.group;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gdpo.data.DuckDb;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The same records, each an object of JSON, in other formats. */
public final class Records {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Records() {}

  /** As Python's {@code csv} writes them: a cell is quoted where that is needed. */
  public static String csv(List<String> records, String separator) {
    List<JsonNode> rows = new ArrayList<>();
    Set<String> columns = new LinkedHashSet<>();
    try {
      for (String record : records) {
        JsonNode row = JSON.readTree(record);
        row.fieldNames().forEachRemaining(columns::add);
        rows.add(row);
      }
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    StringBuilder table = new StringBuilder(String.join(separator, columns)).append("\r\n");
    for (JsonNode row : rows) {
      table.append(
          columns.stream()
              .map(row::path)
              .map(
                  value ->
                      value.isTextual() || value.isMissingNode()
                          ? value.asText()
                          : value.toString())
              .map(cell -> quoted(cell, separator))
              .collect(Collectors.joining(separator, "", "\r\n")));
    }
    return table.toString();
  }

  private static String quoted(String cell, String separator) {
    boolean plain = List.of("\"", "\r", "\n", separator).stream().noneMatch(cell::contains);
    return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }

  /**
   * Writes them as Parquet, in the types that DuckDB finds for their columns.
   *
   * @param columns what is selected of them, in SQL
   */
  public static Path parquet(List<String> records, String columns, Path file) {
    try (Connection duckdb = DuckDb.open();
        Statement statement = duckdb.createStatement()) {
      Path lines = Files.write(Path.of(file + ".lines"), records);
      statement.execute(
          String.format(
              "COPY (SELECT %s FROM read_json('%s', format = 'newline_delimited')) TO '%s' (FORMAT"
                  + " parquet)",
              columns, lines, file));
      Files.delete(lines);
      return file;
    } catch (SQLException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
