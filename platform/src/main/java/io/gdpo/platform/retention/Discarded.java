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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

  /** Failures in a row after which it waits for the next time: the store may be away. */
  private static final int PATIENCE = 10;

  private final DataSource dataSource;
  private final ArtifactStore artifacts;

  /** Folders that could not be deleted, each told of once. */
  private final Set<String> told = ConcurrentHashMap.newKeySet();

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

  /** Deletes what there is to delete; what cannot be deleted now holds up nothing else. */
  @Scheduled(
      every = "{gdpo.retention.delete-every}",
      delayed = "5s",
      skipExecutionIf = Scheduled.ApplicationNotRunning.class)
  void deleteAll() {
    int troubles = 0;
    Optional<Boolean> deleted = Optional.of(true);
    while (deleted.isPresent() && troubles < PATIENCE) {
      deleted = QuarkusTransaction.requiringNew().timeout(LONGEST).call(this::deleteOne);
      troubles = deleted.orElse(true) ? 0 : troubles + 1;
    }
  }

  /** Tries a folder that no other replica is deleting; empty if none is due. */
  private Optional<Boolean> deleteOne() {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "select id, folder, exists (select 1 from work w where w.folder = d.work_folder"
                    + " and w.attempt > 0) from discarded d where not_before <= now()"
                    + " order by id limit 1 for update of d skip locked");
        ResultSet row = select.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      String folder = row.getString(2);
      boolean isDone = row.getBoolean(3) ? stays(folder) : isDeleted(folder);
      execute(
          connection,
          isDone
              ? "delete from discarded where id = ?"
              : "update discarded set not_before = now() + interval '1 minute' where id = ?",
          row.getLong(1));
      return Optional.of(isDone);
    } catch (SQLException e) {
      throw new DatabaseException("What is to be deleted cannot be read", e);
    }
  }

  private static boolean stays(String folder) {
    LOG.warnf("%s stays: an attempt at it was begun before it was to go", folder);
    return true;
  }

  private boolean isDeleted(String folder) {
    try {
      artifacts.delete(folder);
      WorkLog.of(artifacts, folder).delete();
      told.remove(folder);
      return true;
    } catch (RuntimeException e) {
      if (told.add(folder)) {
        LOG.warnf("%s is not deleted yet, and tried again: %s", folder, Reason.of(e));
      }
      return false;
    }
  }

  private static void execute(Connection connection, String sql, long id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, id);
      statement.executeUpdate();
    }
  }
}
