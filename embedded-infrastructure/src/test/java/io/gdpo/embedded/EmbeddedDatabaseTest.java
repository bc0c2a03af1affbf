package io.gdpo.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
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

  @Test
  void folderAndProgramsAreTheUsersAloneAndThePasswordIsAskedFor(@TempDir Path folder)
      throws Exception {
    Path home = Files.createDirectory(folder.resolve("postgres"));
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
    try (EmbeddedDatabase database = EmbeddedDatabase.start(home, 0, false)) {
      assertThat(permissions(home)).isEqualTo("rwx------");
      assertThat(permissions(home.resolve("password"))).isEqualTo("rw-------");
      assertThat(permissions(home.resolve("data"))).isEqualTo("rwx------");
      String url = database.jdbcUrl("notes");
      for (String guess : List.of("postgres", "", "x")) {
        assertThatThrownBy(() -> DriverManager.getConnection(url, EmbeddedDatabase.USER, guess))
            .as("password '%s'", guess)
            .isInstanceOf(SQLException.class);
      }
      assertThat(query(database, "show unix_socket_directories")).isEmpty();
      assertThat(query(database, "show listen_addresses")).isEqualTo("127.0.0.1");
    }
    Path programs = PostgresBinaries.unpacked(folder.resolve("fallback")).folder();
    assertThat(permissions(programs.getParent())).isEqualTo("rwx------");
  }

  @Test
  void aDatabaseOfATimeWhenEverybodyWasTrustedIsKeptAndAsksForAPassword(@TempDir Path folder)
      throws Exception {
    try (EmbeddedDatabase database = EmbeddedDatabase.start(folder, 0, false)) {
      execute(database, "create table note(text varchar)");
      execute(database, "insert into note values ('old')");
      execute(database, "alter role postgres password null");
    }
    Files.delete(folder.resolve("password"));
    Files.writeString(
        folder.resolve("data/pg_hba.conf"),
        "local all all trust\nhost all all 127.0.0.1/32 trust\nhost all all ::1/128 trust\n");

    try (EmbeddedDatabase database = EmbeddedDatabase.start(folder, 0, false)) {
      assertThat(query(database, "select text from note")).isEqualTo("old");
      String url = database.jdbcUrl("notes");
      assertThatThrownBy(() -> DriverManager.getConnection(url, EmbeddedDatabase.USER, "postgres"))
          .isInstanceOf(SQLException.class);
    }
  }

  @Test
  void programsInAFolderThatOthersCanWriteToAreNotRun(@TempDir Path folder) throws Exception {
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> PrivateFolder.ofTrustedContent(open))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(open.toString())
        .hasMessageContaining("remove it");
  }

  @Test
  void aServerThatWasKilledRunsAgainOnTheSamePortAndData(@TempDir Path folder) throws Exception {
    try (EmbeddedDatabase database = EmbeddedDatabase.start(folder, 0, true)) {
      execute(database, "create table note(text varchar)");
      execute(database, "insert into note values ('kept')");
      int port = database.port();
      assertThat(database.answers(Duration.ofSeconds(10))).isTrue();

      ProcessHandle.of(serverPid(folder)).orElseThrow().destroyForcibly();
      database.onExit().join();
      assertThat(database.isAlive()).isFalse();
      assertThat(database.answers(Duration.ofSeconds(10))).isFalse();

      database.restart();
      assertThat(database.port()).isEqualTo(port);
      assertThat(query(database, "select text from note")).isEqualTo("kept");
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
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
        database.jdbcUrl("notes"), EmbeddedDatabase.USER, database.password());
  }
}
