package io.gdpo.platform.work;

import io.gdpo.contracts.metric.ServiceMetric;
import io.gdpo.platform.database.DatabaseException;
import io.gdpo.platform.metric.Meters;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.quarkus.arc.All;
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
import java.util.stream.Stream;
import javax.sql.DataSource;

/** Tells how much work there is, from one query now and then, and what came of it. */
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
  private final List<WorkKind<?>> kinds;
  private final Meters.Rows items = new Meters.Rows(ServiceMetric.WORK_ITEMS);
  private final Meters.Rows heldUp = new Meters.Rows(ServiceMetric.WORK_HELD_UP);
  private final Meters.Rows oldest = new Meters.Rows(ServiceMetric.WORK_OLDEST_WAITING);

  WorkMetrics(DataSource dataSource, WorkLoop loop, @All List<WorkKind<?>> kinds) {
    this.dataSource = dataSource;
    this.loop = loop;
    this.kinds = List.copyOf(kinds);
  }

  void start(@Observes StartupEvent starting) {
    Meters.gauge(
        ServiceMetric.WORK_PASS_AGE, () -> loop.sinceLastPass().toMillis() / (double) 1000);
    for (WorkKind<?> kind : kinds) {
      Meters.expect(ServiceMetric.WORK_ATTEMPTS, kind.verb());
      Meters.expect(ServiceMetric.WORK_FAILURES, kind.verb());
      Stream.of(WorkState.values())
          .filter(WorkState::isTerminal)
          .forEach(
              state -> Meters.expect(ServiceMetric.WORK_ENDED, kind.verb(), label(state.name())));
    }
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
      tellSpan(end.work());
      Meters.count(ServiceMetric.WORK_ENDED, before.kind(), label(end.work().state().name()));
    }
  }

  /** All its attempts as one span, told now that its end is known; workers tell none. */
  private static void tellSpan(Work work) {
    if (work.startedAt() == null) {
      return;
    }
    Span span =
        work.trace()
            .span(work.kind(), SpanKind.INTERNAL)
            .setStartTimestamp(work.startedAt())
            .setAttribute("gdpo.work", work.id())
            .setAttribute("gdpo.subject", work.subject())
            .setAttribute("gdpo.attempts", work.attempt())
            .setAttribute("gdpo.state", label(work.state().name()))
            .startSpan();
    if (work.state() == WorkState.FAILED) {
      span.setStatus(StatusCode.ERROR, work.reason());
    }
    span.end(work.finishedAt());
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
