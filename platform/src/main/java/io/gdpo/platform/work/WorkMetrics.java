package io.gdpo.platform.work;

import io.gdpo.contracts.metric.ServiceMetric;
import io.gdpo.platform.database.DatabaseException;
import io.gdpo.platform.metric.Meters;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;

/** Tells how much work there is, from one query now and then, and how it ends. */
@ApplicationScoped
class WorkMetrics {
  /** The pool of work that names none. */
  private static final String DEFAULT_POOL = "default";

  private static final String QUERY =
      "select kind, state, coalesce(pool, '"
          + DEFAULT_POOL
          + "') as pool, count(*) as items,"
          + " count(waits_for) filter (where state = 'RUNNING') as held_up,"
          + " coalesce(extract(epoch from now() - min(queued_at) filter (where state = 'WAITING'"
          + " and not suspended and not cancel_requested and not_before <= now())), 0)"
          + " as waits_since"
          + " from work group by 1, 2, 3";

  private final DataSource dataSource;
  private final WorkLoop loop;
  private final Meters.Rows items = new Meters.Rows(ServiceMetric.WORK_ITEMS);
  private final Meters.Rows heldUp = new Meters.Rows(ServiceMetric.WORK_HELD_UP);
  private final Meters.Rows oldest = new Meters.Rows(ServiceMetric.WORK_OLDEST_WAITING);

  WorkMetrics(DataSource dataSource, WorkLoop loop) {
    this.dataSource = dataSource;
    this.loop = loop;
  }

  void start(@Observes StartupEvent starting) {
    Meters.gauge(
        ServiceMetric.WORK_PASS_AGE, () -> loop.sinceLastPass().toMillis() / (double) 1000);
  }

  @Scheduled(
      every = "10s",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
      skipExecutionIf = Scheduled.ApplicationNotRunning.class)
  void refresh() {
    Map<String, Double> waiting = new TreeMap<>();
    for (Counted counted : counted()) {
      items.row(counted.items(), counted.kind(), label(counted.state()), counted.pool());
      if (counted.state().equals(WorkState.RUNNING.name())) {
        heldUp.row(counted.heldUp(), counted.kind(), counted.pool());
      }
      waiting.merge(counted.kind(), counted.waitsSince(), Math::max);
    }
    waiting.forEach((kind, seconds) -> oldest.row(seconds, kind));
    items.tell();
    heldUp.tell();
    oldest.tell();
  }

  private record Counted(
      String kind, String state, String pool, long items, long heldUp, double waitsSince) {}

  private List<Counted> counted() {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(QUERY)) {
      List<Counted> counted = new ArrayList<>();
      while (rows.next()) {
        counted.add(
            new Counted(
                rows.getString("kind"),
                rows.getString("state"),
                rows.getString("pool"),
                rows.getLong("items"),
                rows.getLong("held_up"),
                rows.getDouble("waits_since")));
      }
      return counted;
    } catch (SQLException e) {
      throw new DatabaseException("Work cannot be counted", e);
    }
  }

  /**
   * Counts what came of an attempt, or of work.
   *
   * @param before the row that it was decided of
   */
  static void count(Work before, WorkDecision decided) {
    if (decided instanceof WorkDecision.Again again) {
      countFailure(before, again.work());
    } else if (decided instanceof WorkDecision.End end) {
      countFailure(before, end.work());
      Meters.count(ServiceMetric.WORK_ENDED, before.kind(), label(end.work().state().name()));
    }
  }

  private static void countFailure(Work before, Work after) {
    if (after.failures() > before.failures()) {
      Meters.count(ServiceMetric.WORK_FAILURES, before.kind());
    }
  }

  private static String label(String state) {
    return state.toLowerCase(Locale.ROOT);
  }
}
