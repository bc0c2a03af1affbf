package io.gdpo.platform.work;

import io.gdpo.platform.database.DatabaseException;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** The table {@code work} in the service's PostgreSQL. */
@ApplicationScoped
class WorkTable implements WorkStore {
  private static final String OPEN = "state in ('WAITING', 'RUNNING')";

  private static final String COLUMNS =
      "id, kind, folder, subject, state, attempt, failures, cancel_requested, suspended, reason,"
          + " traceparent, pool, waits_for, progress, queued_at, started_at, finished_at, not_before, holder, term, lease_until";

  private final DataSource dataSource;

  WorkTable(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  @Override
  public <T> T inTransaction(Supplier<T> change) {
    return QuarkusTransaction.requiringNew().call(change::get);
  }

  @Override
  public void insert(Work work) {
    execute(
        "insert into work(" + COLUMNS + ") values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        values(work));
  }

  @Override
  public void update(Work work) {
    List<Object> values = new ArrayList<>(values(work));
    values.add(work.id());
    execute(
        "update work set ("
            + COLUMNS
            + ") = (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) where id = ?",
        values);
  }

  @Override
  public void delete(String id) {
    execute("delete from work where id = ?", List.of(id));
  }

  @Override
  public Optional<Work> find(String id) {
    return select("where id = ?", List.of(id)).stream().findFirst();
  }

  @Override
  public Map<String, Work> find(Collection<String> ids) {
    return ids.isEmpty()
        ? Map.of()
        : select("where id = any (?)", List.of((Object) ids.toArray(String[]::new))).stream()
            .collect(Collectors.toMap(Work::id, Function.identity()));
  }

  @Override
  public Optional<Work> locked(String id) {
    return select("where id = ? for update", List.of(id)).stream().findFirst();
  }

  @Override
  public List<Work> claim(String kind, String replica, Instant now, Instant until, Room room) {
    return inTransaction(
        () -> {
          int most = room.free(taken(kind, replica, now, room));
          List<Work> found =
              new ArrayList<>(
                  select(
                      "where kind = ? and "
                          + OPEN
                          + " and (lease_until is null or lease_until < ?)"
                          + " and (state = 'RUNNING' or cancel_requested)"
                          + " order by queued_at, id for update skip locked",
                      List.of(kind, now)));
          if (most > 0) {
            found.addAll(
                select(
                    "where kind = ? and state = 'WAITING' and not cancel_requested and not suspended"
                        + " and not_before <= ? and (lease_until is null or lease_until < ?)"
                        + " and not exists (select 1 from discarded d where d.work_folder = work.folder)"
                        + " order by queued_at, id limit "
                        + most
                        + " for update skip locked",
                    List.of(kind, now, now)));
          }
          List<Work> claimed = found.stream().map(work -> work.claimed(replica, until)).toList();
          claimed.forEach(this::update);
          return claimed;
        });
  }

  /** Replicas that share their places count them one after the other, to the transaction's end. */
  private long taken(String kind, String replica, Instant now, Room room) {
    if (!room.together()) {
      return number(
          "select count(*) from work where kind = ? and holder = ? and " + OPEN,
          List.of(kind, replica));
    }
    number("select count(*) from pg_advisory_xact_lock(hashtext('work ' || ?))", List.of(kind));
    return number(
        "select count(*) from work where kind = ? and "
            + OPEN
            + " and (state = 'RUNNING' or lease_until >= ?)",
        List.of(kind, now));
  }

  @Override
  public List<Work> running(String kind) {
    return select("where kind = ? and state = 'RUNNING'", List.of(kind));
  }

  @Override
  public void adopt(String replica, Instant until) {
    execute(
        "update work set term = term + 1, lease_until = ? where holder = ? and " + OPEN,
        List.of(until, replica));
  }

  @Override
  public List<Work> heldBy(String replica) {
    return select("where holder = ? and " + OPEN + " order by queued_at, id", List.of(replica));
  }

  @Override
  public void renew(String replica, Instant until) {
    execute(
        "update work set lease_until = ? where holder = ? and " + OPEN, List.of(until, replica));
  }

  @Override
  public void release(String replica) {
    inTransaction(
        () -> {
          execute(
              "update work set lease_until = null, holder = null where holder = ? and " + OPEN,
              List.of(replica));
          return null;
        });
  }

  private static List<Object> values(Work work) {
    List<Object> values = new ArrayList<>();
    values.add(work.id());
    values.add(work.kind());
    values.add(work.folder());
    values.add(work.subject());
    values.add(work.state().name());
    values.add(work.attempt());
    values.add(work.failures());
    values.add(work.cancelRequested());
    values.add(work.suspended());
    values.add(work.reason());
    values.add(work.traceparent());
    values.add(work.pool());
    values.add(work.waitsFor());
    values.add(work.progress());
    values.add(work.queuedAt());
    values.add(work.startedAt());
    values.add(work.finishedAt());
    values.add(work.notBefore());
    values.add(work.holder());
    values.add(work.term());
    values.add(work.leaseUntil());
    return values;
  }

  private List<Work> select(String where, List<?> values) {
    String sql = "select " + COLUMNS + " from work " + where;
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = prepared(connection, sql, values);
        ResultSet rows = statement.executeQuery()) {
      List<Work> found = new ArrayList<>();
      while (rows.next()) {
        found.add(row(rows));
      }
      return found;
    } catch (SQLException e) {
      throw new DatabaseException("Work cannot be read", e);
    }
  }

  private long number(String sql, List<?> values) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = prepared(connection, sql, values);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new DatabaseException("Work cannot be counted", e);
    }
  }

  private void execute(String sql, List<?> values) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = prepared(connection, sql, values)) {
      statement.executeUpdate();
    } catch (SQLException e) {
      throw new DatabaseException("Work cannot be written", e);
    }
  }

  private static PreparedStatement prepared(Connection connection, String sql, List<?> values)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      for (int i = 0; i < values.size(); i++) {
        Object value = values.get(i);
        if (value instanceof Instant instant) {
          statement.setTimestamp(i + 1, Timestamp.from(instant));
        } else if (value instanceof String[] texts) {
          statement.setArray(i + 1, connection.createArrayOf("varchar", texts));
        } else {
          statement.setObject(i + 1, value);
        }
      }
      return statement;
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }

  private static Work row(ResultSet row) throws SQLException {
    return new Work(
        row.getString("id"),
        row.getString("kind"),
        row.getString("folder"),
        row.getString("subject"),
        WorkState.valueOf(row.getString("state")),
        row.getInt("attempt"),
        row.getInt("failures"),
        row.getBoolean("cancel_requested"),
        row.getBoolean("suspended"),
        row.getString("reason"),
        row.getString("traceparent"),
        row.getString("pool"),
        row.getString("waits_for"),
        row.getString("progress"),
        instant(row, "queued_at"),
        instant(row, "started_at"),
        instant(row, "finished_at"),
        instant(row, "not_before"),
        row.getString("holder"),
        row.getLong("term"),
        instant(row, "lease_until"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    Timestamp time = row.getTimestamp(column);
    return time == null ? null : time.toInstant();
  }
}
