package io.gdpo.platform.retention;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.Reason;
import io.gdpo.platform.database.DatabaseException;
import io.gdpo.platform.work.WorkLog;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Folders of the artifact store that are to be deleted: rows of the transaction in which what named
 * them goes, so that none is forgotten, whatever dies. They are deleted soon after, one by one, by
 * any replica. Work whose folder is among them is not begun before the folder is gone.
 */
@ApplicationScoped
public class Discarded {
  private static final Logger LOG = Logger.getLogger(Discarded.class);

  /** Seconds that a folder may take: each of its files may be a request. */
  private static final int LONGEST = 3600;

  private final DataSource dataSource;
  private final ArtifactStore artifacts;

  /** What kept it from deleting the last time; told once. */
  private volatile String trouble = "";

  Discarded(DataSource dataSource, ArtifactStore artifacts) {
    this.dataSource = dataSource;
    this.artifacts = artifacts;
  }

  /**
   * Has a folder deleted once this transaction is committed.
   *
   * @param folder its key
   * @param workFolder key of the folder of the work that makes it anew if it is asked for again;
   *     null if none does
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public void add(String folder, String workFolder) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                "insert into discarded(folder, work_folder) values (?, ?)")) {
      insert.setString(1, folder);
      insert.setString(2, workFolder);
      insert.executeUpdate();
    } catch (SQLException e) {
      throw new DatabaseException(folder + " cannot be discarded", e);
    }
  }

  /** {@link #add} for the folder of work that no row speaks of any more. */
  @Transactional(Transactional.TxType.MANDATORY)
  public void add(String workFolder) {
    add(workFolder, workFolder);
  }

  /**
   * Deletes what there is to delete; what cannot be deleted now is tried again at the next time.
   */
  @Scheduled(
      every = "{gdpo.retention.delete-every}",
      delayed = "5s",
      skipExecutionIf = Scheduled.ApplicationNotRunning.class)
  void deleteAll() {
    try {
      Optional<String> deleted;
      do {
        deleted = QuarkusTransaction.requiringNew().timeout(LONGEST).call(this::deleteOne);
      } while (deleted.isPresent());
      trouble = "";
    } catch (RuntimeException e) {
      String met = Reason.of(e);
      if (!met.equals(trouble)) {
        LOG.warnf("What was discarded is not deleted yet, and tried again: %s", met);
      }
      trouble = met;
    }
  }

  /** Deletes a folder that no other replica is deleting; empty if there is none. */
  private Optional<String> deleteOne() {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "select id, folder, exists (select 1 from work w where w.folder = d.work_folder"
                    + " and w.attempt > 0) from discarded d"
                    + " order by id limit 1 for update of d skip locked");
        ResultSet row = select.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      String folder = row.getString(2);
      if (row.getBoolean(3)) {
        LOG.warnf("%s stays: an attempt at it was begun before it was to go", folder);
      } else {
        artifacts.delete(folder);
        WorkLog.of(artifacts, folder).delete();
      }
      forget(connection, row.getLong(1));
      return Optional.of(folder);
    } catch (SQLException e) {
      throw new DatabaseException("What is to be deleted cannot be read", e);
    }
  }

  private static void forget(Connection connection, long id) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("delete from discarded where id = ?")) {
      delete.setLong(1, id);
      delete.executeUpdate();
    }
  }
}
