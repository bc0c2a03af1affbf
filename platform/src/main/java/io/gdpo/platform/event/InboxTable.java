package io.gdpo.platform.event;

import io.gdpo.platform.database.DatabaseException;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import javax.sql.DataSource;

/** The ids of events that were handled, for as long as they may come again. */
@ApplicationScoped
class InboxTable {
  private final DataSource dataSource;
  private final EventSettings settings;

  InboxTable(DataSource dataSource, EventSettings settings) {
    this.dataSource = dataSource;
    this.settings = settings;
  }

  /** Notes an event, in the current transaction; false if it was handled before. */
  boolean isNew(CloudEvents.Received received) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                "insert into inbox(source, event_id) values (?, ?) on conflict do nothing")) {
      insert.setString(1, received.source());
      insert.setString(2, received.id());
      return insert.executeUpdate() == 1;
    } catch (SQLException e) {
      throw new DatabaseException("Event " + received.id() + " cannot be noted in the inbox", e);
    }
  }

  @Scheduled(every = "24h", delayed = "10m")
  void forgetLongHandled() {
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              try (Connection connection = dataSource.getConnection();
                  PreparedStatement delete =
                      connection.prepareStatement("delete from inbox where handled_at < ?")) {
                delete.setTimestamp(
                    1, Timestamp.from(Instant.now().minus(settings.inboxRetention())));
                delete.executeUpdate();
              } catch (SQLException e) {
                throw new DatabaseException("The inbox cannot be cleaned", e);
              }
            });
  }
}
