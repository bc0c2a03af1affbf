package io.gdpo.dataset.catalog;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Keeps two replicas from building one dataset: an advisory lock of PostgreSQL, held by a
 * connection of its own outside any transaction, however long a build takes. The lock ends with the
 * connection, and so with the process.
 */
@ApplicationScoped
class BuildLock {
  private final DataSource dataSource;

  BuildLock(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** Runs a build unless somebody else is building the same dataset. */
  void ifFree(String datasetId, Runnable build) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      if (!call(connection, "select pg_try_advisory_lock(hashtextextended(?, 0))", datasetId)) {
        return;
      }
      try {
        build.run();
      } finally {
        call(connection, "select pg_advisory_unlock(hashtextextended(?, 0))", datasetId);
      }
    }
  }

  private static boolean call(Connection connection, String sql, String datasetId)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, datasetId);
      try (ResultSet answer = statement.executeQuery()) {
        answer.next();
        return answer.getBoolean(1);
      }
    }
  }
}
