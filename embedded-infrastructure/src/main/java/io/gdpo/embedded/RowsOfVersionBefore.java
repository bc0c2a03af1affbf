package io.gdpo.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * For tests: puts rows of the version before among those of a running service, as if it had been
 * started on that version's home. They are written into tables as that version made them, in a
 * schema apart, which the service's own Flyway then brings to today's.
 */
public final class RowsOfVersionBefore {
  private static final String APART = "version_before";

  private RowsOfVersionBefore() {}

  /**
   * Brings the rows over, all at once.
   *
   * @param today the service's own
   * @param migrations the files on the class path that the version before had
   * @param rows a file on the class path: SQL that fills its tables
   */
  public static void bringOver(Flyway today, List<String> migrations, String rows)
      throws IOException, SQLException {
    Configuration own = today.getConfiguration();
    asBefore(own, migrations);
    change(today, List.of("set local search_path to " + APART, resource(rows)));
    migrate(Flyway.configure().configuration(own));
    List<String> moves = new ArrayList<>();
    moves.add("set local session_replication_role to replica"); // rows come in no certain order
    try (Connection connection = own.getDataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet tables =
            statement.executeQuery(
                "select table_name, string_agg(column_name, ', ') from information_schema.columns"
                    + " where table_schema = '"
                    + APART
                    + "' and table_name <> 'flyway_schema_history' and is_identity = 'NO'"
                    + " group by table_name")) {
      while (tables.next()) {
        moves.add(
            "insert into public.%1$s (%2$s) select %2$s from %3$s.%1$s"
                .formatted(tables.getString(1), tables.getString(2), APART));
      }
    }
    moves.add("drop schema " + APART + " cascade");
    change(today, moves);
  }

  /** The tables as the version before made them. */
  private static void asBefore(Configuration own, List<String> migrations) throws IOException {
    Path folder = Files.createTempDirectory("migrations");
    List<Path> files = new ArrayList<>();
    try {
      for (String migration : migrations) {
        Path file = folder.resolve(Path.of(migration).getFileName());
        files.add(Files.writeString(file, resource(migration)));
      }
      migrate(Flyway.configure().dataSource(own.getDataSource()).locations("filesystem:" + folder));
    } finally {
      files.add(folder);
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  private static void migrate(FluentConfiguration migrations) {
    migrations.defaultSchema(APART).schemas(APART).load().migrate();
  }

  private static void change(Flyway today, List<String> statements) throws SQLException {
    try (Connection connection = today.getConfiguration().getDataSource().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (String sql : statements) {
        statement.execute(sql);
      }
      connection.commit();
      connection.setAutoCommit(true);
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in =
        Thread.currentThread().getContextClassLoader().getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException(name + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
