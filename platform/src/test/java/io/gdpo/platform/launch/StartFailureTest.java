package io.gdpo.platform.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.embedded.EmbeddedDatabase;
import io.gdpo.embedded.ServerCertificate;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a real server says, and what a person reads of it. */
@Timeout(60)
class StartFailureTest {
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
    url = database.jdbcUrl("platform");
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @Test
  void a_database_that_is_spoken_to_by_tls_alone_is_told_with_what_the_address_lacks() {
    assertThat(remedy(url.substring(0, url.indexOf('?')) + "?sslmode=disable", "any"))
        .contains("no encryption", "?sslmode=verify-full&sslrootcert=FILE");
  }

  @Test
  void a_certificate_that_is_not_trusted_is_told_with_where_to_name_who_signed_it() {
    Path other = ServerCertificate.make(folder.resolve("others"), "other").certificate();
    assertThat(remedy(url.replaceFirst("sslrootcert=.*", "sslrootcert=" + other), "any"))
        .contains("who signed its certificate belongs into the file that sslrootcert names");
  }

  @Test
  void a_wrong_password_is_told_with_where_it_is_set_and_not_said() {
    assertThat(remedy(url, "5ecret"))
        .contains("quarkus.datasource.password")
        .doesNotContain("5ecret");
  }

  private static String remedy(String address, String password) {
    try {
      DriverManager.getConnection(address, EmbeddedDatabase.USER, password).close();
      throw new AssertionError("it connects");
    } catch (SQLException e) {
      return StartFailure.remedy(new IllegalStateException("Failed to start", e)).orElseThrow();
    }
  }
}
