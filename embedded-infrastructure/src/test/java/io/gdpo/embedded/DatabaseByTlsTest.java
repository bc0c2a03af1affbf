package io.gdpo.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real PostgreSQL that is spoken to by TLS alone. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DatabaseByTlsTest {
  @TempDir private static Path folder;

  private static EmbeddedDatabase database;
  private static String url;

  @BeforeAll
  static void start() {
    database =
        EmbeddedDatabase.start(
            folder.resolve("postgres"),
            0,
            false,
            ServerCertificate.make(folder.resolve("certificates"), "database"));
    url = database.jdbcUrl("secrets");
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @Test
  void who_trusts_its_certificate_speaks_to_it_in_cipher() throws SQLException {
    assertThat(url).contains("sslmode=verify-full");
    try (Connection connection = connect(url);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()")) {
      assertThat(row.next()).isTrue();
      assertThat(row.getBoolean(1)).isTrue();
      assertThat(row.getString(2)).isEqualTo("TLSv1.3");
    }
  }

  @Test
  void who_speaks_in_clear_is_refused_with_what_lacks() {
    assertThatThrownBy(() -> connect(url.replace("sslmode=verify-full", "sslmode=disable")))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("no encryption");
  }

  @Test
  void who_trusts_another_certificate_does_not_connect() {
    Path other = ServerCertificate.make(folder.resolve("others"), "other").certificate();
    assertThatThrownBy(() -> connect(url.replaceFirst("sslrootcert=.*", "sslrootcert=" + other)))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("PKIX path");
  }

  private static Connection connect(String address) throws SQLException {
    return DriverManager.getConnection(address, EmbeddedDatabase.USER, database.password());
  }
}
