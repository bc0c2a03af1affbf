package io.gdpo.it.guarded;

import io.gdpo.it.stack.Records;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;

/**
 * Looks for secrets where a system writes: files, records, rows, command lines. Each find is the
 * name of a secret and a place; a secret itself is not told here either.
 */
final class WhereSecretsMustNotBe implements AutoCloseable {
  private static final String COLUMNS =
      "select table_schema, table_name, column_name, data_type from information_schema.columns"
          + " where table_schema not in ('pg_catalog', 'information_schema')";

  private record Column(String schema, String table, String name, String type) {
    String asText() {
      String quoted = "\"" + name + "\"";
      return "select "
          + (type.equals("bytea") ? "encode(" + quoted + ", 'escape')" : quoted + "::text")
          + " from \""
          + schema
          + "\".\""
          + table
          + "\"";
    }
  }

  private final Map<String, String> secrets;
  private final Set<String> found = new ConcurrentSkipListSet<>();
  private final Set<Long> looked = new ConcurrentSkipListSet<>();
  private final Thread watch = new Thread(this::watchCommandLines, "command-lines");
  private volatile boolean closed;

  /**
   * Begins to look at the command lines of all processes, which come and go.
   *
   * @param secrets by their names
   */
  WhereSecretsMustNotBe(Map<String, String> secrets) {
    this.secrets = Map.copyOf(secrets);
    watch.setDaemon(true);
    watch.start();
  }

  List<String> found() {
    return List.copyOf(found);
  }

  /** How many processes were looked at. */
  int processes() {
    return looked.size();
  }

  /** Again and again: a process that lives less than 50 ms may pass unseen. */
  private void watchCommandLines() {
    while (!closed) {
      ProcessHandle.current()
          .descendants()
          .forEach(
              process -> {
                looked.add(process.pid());
                Path line = Path.of("/proc", Long.toString(process.pid()), "cmdline");
                try {
                  look(Files.readAllBytes(line), "the command line of a process");
                } catch (IOException ended) {
                  looked.remove(process.pid());
                }
              });
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void look(byte[] content, String place) {
    look(new String(content, StandardCharsets.ISO_8859_1), place);
  }

  private void look(String content, String place) {
    secrets.forEach(
        (name, secret) -> {
          if (content.contains(secret)) {
            found.add(name + " in " + place);
          }
        });
  }

  /**
   * All files below a folder; gives how many.
   *
   * @param but folders that are not the system's
   */
  int lookAtFiles(Path folder, List<Path> but) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> all =
          files
              .filter(Files::isRegularFile)
              .filter(file -> but.stream().noneMatch(file::startsWith))
              .toList();
      for (Path file : all) {
        look(Files.readAllBytes(file), folder.relativize(file).toString());
      }
      return all.size();
    }
  }

  /** All records of all topics, dead letters too; gives how many. */
  int lookAtRecords(Map<String, Object> client) {
    List<Records.Seen> records = Records.everything(client);
    for (Records.Seen record : records) {
      look(
          record.key() + " " + record.headers() + " " + record.text(),
          "a record of " + record.topic());
    }
    return records.size();
  }

  /** All rows of all tables, as text; gives how many values. */
  int lookAtRows(String jdbcUrl, String user, String password) throws SQLException {
    int values = 0;
    try (Connection connection = DriverManager.getConnection(jdbcUrl, user, password);
        Statement statement = connection.createStatement()) {
      List<Column> columns = new ArrayList<>();
      try (ResultSet all = statement.executeQuery(COLUMNS)) {
        while (all.next()) {
          columns.add(
              new Column(all.getString(1), all.getString(2), all.getString(3), all.getString(4)));
        }
      }
      for (Column column : columns) {
        try (ResultSet rows = statement.executeQuery(column.asText())) {
          while (rows.next()) {
            values++;
            look(String.valueOf(rows.getString(1)), "a row of " + column.table + "." + column.name);
          }
        }
      }
    }
    return values;
  }

  @Override
  public void close() {
    closed = true;
    watch.interrupt();
    try {
      watch.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
