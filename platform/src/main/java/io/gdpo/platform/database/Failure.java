package io.gdpo.platform.database;

import jakarta.persistence.OptimisticLockException;
import jakarta.transaction.RollbackException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Set;

/** Why some work on the database failed, as far as it decides what to do with it. */
public enum Failure {
  /** The database failed: the same work succeeds once it is back, however long that takes. */
  OUTAGE,

  /** Someone else changed the same rows at the same time: trying again soon settles it. */
  CONFLICT,

  /** The work fails each time. */
  LASTING;

  /** Classes of SQL state: connection, resources, operator's intervention, system. */
  private static final Set<String> OUTAGES = Set.of("08", "53", "57", "58");

  /** Classes of SQL state: integrity constraint, transaction rollback (deadlock, serialization). */
  private static final Set<String> CONFLICTS = Set.of("23", "40");

  private static final int MOST_CAUSES = 50;

  /** Looks through all causes; an outage outweighs a conflict. */
  public static Failure of(Throwable failure) {
    return of(failure, false);
  }

  /** The same for work that uses no database but the service's own. */
  public static Failure ofOwnDatabase(Throwable failure) {
    return of(failure, true);
  }

  private static Failure of(Throwable failure, boolean onlyOurs) {
    Failure found = LASTING;
    boolean ours = onlyOurs;
    int causes = 0;
    for (Throwable cause = failure;
        cause != null && causes++ < MOST_CAUSES;
        cause = cause.getCause()) {
      ours |= cause instanceof DatabaseException;
      found = worse(found, ofOne(cause, ours));
      for (Throwable suppressed : cause.getSuppressed()) {
        found = worse(found, ofOne(suppressed, ours));
      }
    }
    return found;
  }

  private static Failure ofOne(Throwable failure, boolean ours) {
    if (failure instanceof SQLTransientException || failure instanceof SQLRecoverableException) {
      return OUTAGE;
    }
    if (failure instanceof SQLException sql) {
      return ofState(sql.getSQLState(), ours);
    }
    return failure instanceof OptimisticLockException || failure instanceof RollbackException
        ? CONFLICT
        : LASTING;
  }

  /**
   * A connection pool that gives no connection says so without a state; our own statement, the
   * first of each try, meets that. A handler's own data source may use no states at all.
   */
  private static Failure ofState(String state, boolean ours) {
    if (state == null || state.length() < 2) {
      return ours ? OUTAGE : LASTING;
    }
    String category = state.substring(0, 2);
    if (OUTAGES.contains(category)) {
      return OUTAGE;
    }
    return CONFLICTS.contains(category) ? CONFLICT : LASTING;
  }

  private static Failure worse(Failure a, Failure b) {
    return a.ordinal() < b.ordinal() ? a : b;
  }
}
