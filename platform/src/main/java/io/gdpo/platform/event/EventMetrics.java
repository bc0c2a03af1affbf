package io.gdpo.platform.event;

import io.gdpo.contracts.metric.ServiceMetric;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.platform.database.DatabaseException;
import io.gdpo.platform.metric.Meters;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** Tells how many events wait for the broker, from one query now and then. */
@ApplicationScoped
class EventMetrics {
  private final DataSource dataSource;
  private final Meters.Rows unsent = new Meters.Rows(ServiceMetric.OUTBOX_EVENTS);
  private final Meters.Rows oldest = new Meters.Rows(ServiceMetric.OUTBOX_OLDEST);

  EventMetrics(DataSource dataSource) {
    this.dataSource = dataSource;
    for (Topics.Topic topic : Topics.ofEvents()) {
      Meters.expect(ServiceMetric.DEAD_LETTERS, topic.name());
      Meters.expect(ServiceMetric.DEAD_LETTERS_RESENT, topic.name());
    }
  }

  @Scheduled(
      every = "10s",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
      skipExecutionIf = Scheduled.ApplicationNotRunning.class)
  void refresh() {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select count(*), coalesce(extract(epoch from now() - min(time)), 0) from outbox")) {
      row.next();
      unsent.row(row.getLong(1)).tell();
      oldest.row(row.getDouble(2)).tell();
    } catch (SQLException e) {
      throw new DatabaseException("The outbox cannot be counted", e);
    }
  }
}
