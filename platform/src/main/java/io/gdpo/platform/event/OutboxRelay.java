package io.gdpo.platform.event;

import io.gdpo.contracts.metric.ServiceMetric;
import io.gdpo.platform.metric.Meters;
import io.gdpo.platform.trace.Trace;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;

/**
 * Sends committed outbox rows to Kafka, in order, and forgets each once the broker has it.
 *
 * <p>One thread of this service does it, and by a database lock one service process at a time, many
 * rows at once, in which none overtakes another of its partition ({@link OrderedProducer}). It
 * wakes after each commit that sent something, and now and then for rows that an earlier process
 * left. While the broker is down rows wait; the outage is logged once when it begins and once when
 * it ends. An event that no broker would take is logged and dropped, for it would hold up all
 * others for ever.
 */
@ApplicationScoped
public class OutboxRelay {
  private static final Logger LOG = Logger.getLogger(OutboxRelay.class);
  private static final int BATCH = 500;
  private static final long STOP_PATIENCE_MS = 5000;

  /** An arbitrary number that all service processes on one database agree on. */
  private static final long RELAY_LOCK = 0x6764706f_6f757462L;

  private final DataSource dataSource;
  private final OrderedProducer producer;
  private final EventSettings settings;
  private final Semaphore work = new Semaphore(0);
  private final Thread thread = new Thread(this::run, "outbox-relay");
  private volatile boolean stopped;

  OutboxRelay(DataSource dataSource, KafkaConnection kafka, EventSettings settings) {
    this.dataSource = dataSource;
    this.producer = new OrderedProducer(kafka.with(Map.of()));
    this.settings = settings;
    thread.setDaemon(true);
  }

  void start(@Observes StartupEvent started) {
    thread.start();
  }

  void stop(@Observes @Priority(1) ShutdownEvent stopping) throws InterruptedException {
    stopped = true;
    wake();
    thread.join(STOP_PATIENCE_MS);
    producer.close();
  }

  /** Looks for rows at once instead of at the next interval. */
  void wake() {
    work.release();
  }

  private void run() {
    boolean outage = false;
    while (!stopped) {
      try {
        work.tryAcquire(settings.relayInterval().toMillis(), TimeUnit.MILLISECONDS);
        work.drainPermits();
        sendAll();
        if (outage) {
          LOG.info("Events of the outbox are sent again");
        }
        outage = false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException | Error e) {
        if (!outage && !stopped) {
          LOG.warnf("Events wait in the outbox until they can be sent: %s", e.getMessage());
        }
        LOG.debug("Events wait in the outbox", e);
        outage = true;
      }
    }
  }

  private void sendAll() {
    Batch batch;
    do {
      batch = QuarkusTransaction.requiringNew().call(this::sendBatch);
      batch.failure().ifPresent(OutboxRelay::rethrow);
    } while (batch.more() && !stopped);
  }

  private record Batch(boolean more, Optional<EventNotSentException> failure) {}

  private record Row(long id, ProducerRecord<String, byte[]> event) {}

  /** What was sent is forgotten even when the row after it could not be: the commit must stand. */
  private Batch sendBatch() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      if (!lock(connection)) {
        return new Batch(false, Optional.empty());
      }
      List<Row> rows = oldest(connection);
      List<Optional<EventNotSentException>> fates =
          producer.send(rows.stream().map(Row::event).toList());
      List<Long> sent = new ArrayList<>();
      Optional<EventNotSentException> failure = Optional.empty();
      for (int i = 0; i < rows.size(); i++) {
        Row row = rows.get(i);
        Optional<EventNotSentException> fate = fates.get(i);
        if (fate.isEmpty()) {
          Meters.count(ServiceMetric.EVENTS_SENT, row.event().topic());
        } else if (fate.get().isForTheRecordItself()) {
          LOG.errorf(fate.get(), "No broker takes event %s; it is dropped", row.event());
        } else {
          failure = failure.or(() -> fate);
          continue;
        }
        sent.add(row.id());
      }
      forget(connection, sent);
      return new Batch(rows.size() == BATCH, failure);
    }
  }

  /** Held to the end of the transaction; false if another process is sending. */
  private static boolean lock(Connection connection) throws SQLException {
    try (PreparedStatement lock =
        connection.prepareStatement("select pg_try_advisory_xact_lock(?)")) {
      lock.setLong(1, RELAY_LOCK);
      try (ResultSet result = lock.executeQuery()) {
        return result.next() && result.getBoolean(1);
      }
    }
  }

  private static List<Row> oldest(Connection connection) throws SQLException {
    try (Statement query = connection.createStatement();
        ResultSet rows =
            query.executeQuery(
                "select id, event_id, topic, key, type, source, time, data, traceparent, tracestate"
                    + " from outbox"
                    + " order by id limit "
                    + BATCH)) {
      List<Row> oldest = new ArrayList<>();
      while (rows.next()) {
        oldest.add(
            new Row(
                rows.getLong("id"),
                CloudEvents.record(
                    rows.getString("topic"),
                    rows.getString("key"),
                    rows.getString("event_id"),
                    rows.getString("type"),
                    rows.getString("source"),
                    rows.getTimestamp("time").toInstant(),
                    rows.getBytes("data"),
                    new Trace(rows.getString("traceparent"), rows.getString("tracestate")))));
      }
      return oldest;
    }
  }

  private static void forget(Connection connection, List<Long> sent) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("delete from outbox where id = any (?)")) {
      delete.setArray(1, connection.createArrayOf("bigint", sent.toArray()));
      delete.executeUpdate();
    }
  }

  private static void rethrow(EventNotSentException failure) {
    throw failure;
  }
}
