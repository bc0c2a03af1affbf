package io.gdpo.embedded;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * What a server's superuser does: connects, and makes databases.
 *
 * @param port of the server on this machine
 * @param password as the folder keeps it now
 * @param certificate of a server that is connected to by TLS only
 */
record Superuser(int port, Supplier<String> password, Optional<ServerCertificate> certificate) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

  Connection connect() throws SQLException {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setServerNames(new String[] {EmbeddedDatabase.HOST});
    source.setPortNumbers(new int[] {port});
    source.setDatabaseName("postgres");
    source.setUser(EmbeddedDatabase.USER);
    source.setPassword(password.get());
    certificate.ifPresent(
        it -> {
          source.setSslMode("verify-full");
          source.setSslRootCert(it.certificate().toString());
        });
    source.setConnectTimeout(5);
    source.setLoginTimeout(5);
    source.setSocketTimeout(60);
    return source.getConnection();
  }

  /** Makes a database if it is absent. */
  void makeDatabase(String database) {
    if (!NAME.matcher(database).matches()) {
      throw new IllegalArgumentException(
          "A database name is lower-case letters, digits and underscores, is '" + database + "'");
    }
    try (Connection connection = connect()) {
      if (!exists(connection, database)) {
        try (Statement create = connection.createStatement()) {
          create.execute("create database " + database);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("Database '" + database + "' cannot be made", e);
    }
  }

  private static boolean exists(Connection connection, String database) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("select 1 from pg_database where datname = ?")) {
      query.setString(1, database);
      try (ResultSet found = query.executeQuery()) {
        return found.next();
      }
    }
  }
}
