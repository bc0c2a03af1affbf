package io.gdpo.platform.event;

import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.topic.EventType;
import io.gdpo.platform.database.DatabaseException;
import io.gdpo.platform.trace.Trace;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Events are rows of the same transaction as the change that they tell of; {@link OutboxRelay}
 * sends them once it is committed.
 */
@ApplicationScoped
class OutboxTable implements Outbox {
  private final DataSource dataSource;
  private final TransactionSynchronizationRegistry transaction;
  private final OutboxRelay relay;
  private final EventSettings settings;

  OutboxTable(
      DataSource dataSource,
      TransactionSynchronizationRegistry transaction,
      OutboxRelay relay,
      EventSettings settings) {
    this.dataSource = dataSource;
    this.transaction = transaction;
    this.relay = relay;
    this.settings = settings;
  }

  @Override
  public void send(Event event) {
    EventType type = EventType.of(event);
    if (!QuarkusTransaction.isActive()) {
      throw new IllegalStateException(
          "A "
              + type.type()
              + " is sent outside a transaction; send it in the one that makes it true");
    }
    if (event.key() == null) {
      throw new IllegalArgumentException("An event needs a key: " + event);
    }
    byte[] data = CloudEvents.json(event);
    if (data.length > CloudEvents.LARGEST_DATA) {
      throw new EventTooLargeException(type.type(), data.length);
    }
    insert(event, type, data);
    transaction.registerInterposedSynchronization(new WakeRelay());
  }

  private void insert(Event event, EventType type, byte[] data) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                "insert into outbox(event_id, topic, key, type, source, time, data, traceparent,"
                    + " tracestate) values (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      insert.setObject(1, UUID.randomUUID());
      insert.setString(2, type.topic());
      insert.setString(3, event.key());
      insert.setString(4, type.type());
      insert.setString(5, settings.source());
      insert.setTimestamp(6, Timestamp.from(Instant.now()));
      insert.setBytes(7, data);
      Trace trace = Trace.current();
      insert.setString(8, trace.parent());
      insert.setString(9, trace.state());
      insert.executeUpdate();
    } catch (SQLException e) {
      throw new DatabaseException("A " + type.type() + " cannot be put into the outbox", e);
    }
  }

  private final class WakeRelay implements Synchronization {
    @Override
    public void beforeCompletion() {
      // Only what comes after the commit matters.
    }

    @Override
    public void afterCompletion(int status) {
      if (status == Status.STATUS_COMMITTED) {
        relay.wake();
      }
    }
  }
}
