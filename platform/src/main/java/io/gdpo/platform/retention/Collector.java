package io.gdpo.platform.retention;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.view.UnnamedFolder;
import io.gdpo.platform.database.DatabaseException;
import io.gdpo.platform.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.transaction.Transactional;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Finds what lies in this service's folders of the artifact store and is named by no row: left by
 * what was killed half way, or by a database that was brought back from a back-up. A row is written
 * before its folder, so what has none is nobody's.
 *
 * <p>Never by itself: a store may be seen beside the wrong database.
 */
@ApplicationScoped
public class Collector {
  private static final Logger LOG = Logger.getLogger(Collector.class);
  private static final int NAMES_AT_ONCE = 500;

  private final Iterable<OwnFolders> own;
  private final ArtifactStore artifacts;
  private final DataSource dataSource;
  private final Discarded discarded;

  Collector(
      @Any Instance<OwnFolders> own,
      ArtifactStore artifacts,
      DataSource dataSource,
      Discarded discarded) {
    this.own = own;
    this.artifacts = artifacts;
    this.dataSource = dataSource;
    this.discarded = discarded;
  }

  private record Found(String folder, String workFolder) {}

  /** What there is that no row names, by key. */
  @Transactional
  List<UnnamedFolder> find() {
    List<Found> unnamed = new ArrayList<>();
    look(unnamed);
    return unnamed.stream().map(this::view).toList();
  }

  /**
   * Has it deleted.
   *
   * @param even where not a single folder is named by a row
   * @return what goes
   * @throws ProblemException (409) where no folder is named: that may be another system's store
   */
  @Transactional
  List<UnnamedFolder> collect(boolean even) {
    List<Found> unnamed = new ArrayList<>();
    boolean isAnyNamed = look(unnamed);
    if (!isAnyNamed && !unnamed.isEmpty() && !even) {
      throw ProblemException.conflict(
          "None of the "
              + unnamed.size()
              + " folders in "
              + artifacts.uri(unnamed.get(0).folder()).resolve("..")
              + " is named by a row: is this the database of this store? If it is, and all of them"
              + " are to go, say force=true");
    }
    unnamed.forEach(found -> discarded.add(found.folder(), found.workFolder()));
    if (!unnamed.isEmpty()) {
      LOG.infof("%d folders that no row names are deleted", unnamed.size());
    }
    return unnamed.stream().map(this::view).toList();
  }

  private UnnamedFolder view(Found found) {
    URI uri = artifacts.uri(found.folder());
    return new UnnamedFolder(uri.toString(), artifacts.bytes(uri));
  }

  /** Whether there is one that is named. */
  private boolean look(List<Found> unnamed) {
    boolean isAnyNamed = false;
    for (OwnFolders folders : own) {
      List<String> names = artifacts.folders(artifacts.uri(folders.parent()));
      for (int from = 0; from < names.size(); from += NAMES_AT_ONCE) {
        List<String> some = names.subList(from, Math.min(names.size(), from + NAMES_AT_ONCE));
        Set<String> named = named(folders, some);
        isAnyNamed |= !named.isEmpty();
        some.stream()
            .filter(name -> !named.contains(name))
            .forEach(
                name -> unnamed.add(new Found(folders.folder(name), folders.workFolder(name))));
      }
    }
    return isAnyNamed;
  }

  /** By a row of the kind, or of work, or because it goes already. */
  private Set<String> named(OwnFolders folders, List<String> names) {
    Set<String> named = new HashSet<>();
    try (Connection connection = dataSource.getConnection()) {
      add(named, connection, folders.named(), names, "");
      String prefix = folders.parent() + "/";
      List<String> keys = names.stream().map(folders::folder).toList();
      add(named, connection, "select folder from work where folder = any (?)", keys, prefix);
      add(named, connection, "select folder from discarded where folder = any (?)", keys, prefix);
      return named;
    } catch (SQLException e) {
      throw new DatabaseException("What rows name cannot be read", e);
    }
  }

  private static void add(
      Set<String> named, Connection connection, String sql, List<String> of, String prefix)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setArray(1, connection.createArrayOf("varchar", of.toArray()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          named.add(rows.getString(1).substring(prefix.length()));
        }
      }
    }
  }
}
