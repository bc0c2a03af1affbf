package io.gdpo.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class EmbeddedDatabaseTest {

  @Test
  void dataOutlivesARestartAndDurableMeansWrittenThrough(@TempDir Path folder) throws Exception {
    try (EmbeddedDatabase database = EmbeddedDatabase.start(folder, 0, true)) {
      execute(database, "create table note(text varchar)");
      execute(database, "insert into note values ('kept')");
      assertThat(query(database, "show fsync")).isEqualTo("on");
      assertThat(query(database, "show synchronous_commit")).isEqualTo("on");
    }

    try (EmbeddedDatabase database = EmbeddedDatabase.start(folder, 0, false)) {
      assertThat(query(database, "select text from note")).isEqualTo("kept");
      assertThat(query(database, "show fsync")).isEqualTo("off");
    }
  }

  @Test
  void aFolderInUseIsRefused(@TempDir Path folder) {
    try (EmbeddedDatabase database = EmbeddedDatabase.start(folder, 0, false)) {
      assertThat(database.port()).isPositive();
      assertThatThrownBy(() -> EmbeddedDatabase.start(folder, 0, false))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Another process has a PostgreSQL server on");
    }
  }

  @Test
  void aDatabaseNameThatIsNotOneIsRefused(@TempDir Path folder) {
    try (EmbeddedDatabase database = EmbeddedDatabase.start(folder, 0, false)) {
      assertThatThrownBy(() -> database.jdbcUrl("no; drop"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no; drop");
    }
  }

  @Test
  void theServerEndsWhenItsStarterIsKilled(@TempDir Path folder) throws Exception {
    Process starter = startInAnotherJvm(folder);
    long pid = serverPid(folder);

    starter.destroyForcibly().waitFor();

    ProcessHandle.of(pid).ifPresent(server -> server.onExit().join());
    assertThat(folder.resolve("data/postmaster.pid")).doesNotExist();
  }

  @Test
  void aServerThatOutlivedItsStarterIsStoppedAndItsDataKept(@TempDir Path folder) throws Exception {
    Process starter = startInAnotherJvm(folder);
    long pid = serverPid(folder);
    // Without its guard the server is what a SIGKILL of the whole process group leaves: an orphan.
    starter
        .children()
        .filter(child -> child.info().arguments().map(a -> a[0].equals("-c")).orElse(false))
        .forEach(ProcessHandle::destroyForcibly);
    starter.destroyForcibly().waitFor();
    assertThat(ProcessHandle.of(pid)).isPresent();

    try (EmbeddedDatabase database = EmbeddedDatabase.start(folder, 0, true)) {
      assertThat(query(database, "select text from note")).isEqualTo("written by the other");
      assertThat(serverPid(folder)).isNotEqualTo(pid);
    }
  }

  /** Run in another JVM: starts a server, says so, and waits to be killed. */
  static final class Starter {
    private Starter() {}

    public static void main(String[] args) throws Exception {
      try (EmbeddedDatabase database = EmbeddedDatabase.start(Path.of(args[0]), 0, true)) {
        execute(database, "create table note(text varchar)");
        execute(database, "insert into note values ('written by the other')");
        System.out.println("started");
        System.in.read();
      }
    }
  }

  private static Process startInAnotherJvm(Path folder) throws Exception {
    Process starter =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Starter.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(starter.getInputStream(), StandardCharsets.UTF_8));
    assertThat(output.lines().anyMatch("started"::equals)).isTrue();
    return starter;
  }

  private static long serverPid(Path folder) throws Exception {
    return Long.parseLong(Files.readAllLines(folder.resolve("data/postmaster.pid")).get(0).strip());
  }

  private static void execute(EmbeddedDatabase database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(EmbeddedDatabase database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  private static Connection connect(EmbeddedDatabase database) throws SQLException {
    return DriverManager.getConnection(
        database.jdbcUrl("notes"), EmbeddedDatabase.USER, EmbeddedDatabase.PASSWORD);
  }
}
