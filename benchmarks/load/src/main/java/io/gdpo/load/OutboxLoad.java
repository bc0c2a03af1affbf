package io.gdpo.load;

import io.gdpo.contracts.event.JobQueued;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.platform.event.Outbox;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Events through the outbox, from the first insert until the broker has the last of them, beside
 * the same rows inserted bare in transactions of the same size, which nobody sends; and, without a
 * comparison, a bare producer. Keys are those of 50 jobs.
 */
@ApplicationScoped
class OutboxLoad {
  private static final int KEYS = 50;
  private static final TopicPartition PARTITION = new TopicPartition(Topics.JOBS, 0);

  private final Outbox outbox;
  private final DataSource dataSource;

  OutboxLoad(Outbox outbox, DataSource dataSource) {
    this.outbox = outbox;
    this.dataSource = dataSource;
  }

  List<String> run(Options options) throws Exception {
    List<String> told = new ArrayList<>();
    makeTable();
    try (KafkaConsumer<byte[], byte[]> broker = consumer()) {
      through(broker, options.events(), 10);
      requireSame();
      for (int size : List.of(1, 10, 100)) {
        told.add(compare(broker, options, size));
      }
      told.add(
          String.format(
              Locale.ROOT,
              "a bare producer, each record awaited: %.0f/s; not awaited: %.0f/s",
              options.events() / produced(options.events(), true),
              options.events() / produced(options.events(), false)));
      told.add(memory(broker, options));
    }
    return told;
  }

  private String compare(KafkaConsumer<byte[], byte[]> broker, Options options, int size)
      throws Exception {
    List<Double> ratios = new ArrayList<>();
    List<Double> bares = new ArrayList<>();
    List<Double> throughs = new ArrayList<>();
    for (int round = 0; round < options.rounds(); round++) {
      double bare = bare(options.events(), size);
      double through = through(broker, options.events(), size);
      bares.add(options.events() / bare);
      throughs.add(options.events() / through);
      ratios.add(bare / through);
    }
    ratios.sort(null);
    bares.sort(null);
    throughs.sort(null);
    int middle = options.rounds() / 2;
    return String.format(
        Locale.ROOT,
        "outbox, %3d events a transaction: %.0f/s through, %.0f/s inserted bare; %.0f %% (%.0f to %.0f); %.2f ms an event",
        size,
        throughs.get(middle),
        bares.get(middle),
        100 * ratios.get(middle),
        100 * ratios.get(0),
        100 * ratios.get(ratios.size() - 1),
        1e3 / throughs.get(middle));
  }

  private static JobQueued event(int number) {
    return new JobQueued("job-" + number % KEYS, "an-experiment", "stage-" + number);
  }

  /** Seconds until the broker has all of them. */
  private double through(KafkaConsumer<byte[], byte[]> broker, int events, int size)
      throws InterruptedException {
    long before = end(broker);
    long start = System.nanoTime();
    for (int from = 0; from < events; from += size) {
      int first = from;
      int last = Math.min(events, from + size);
      QuarkusTransaction.requiringNew()
          .run(
              () -> {
                for (int number = first; number < last; number++) {
                  outbox.send(event(number));
                }
              });
    }
    while (end(broker) < before + events) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static long end(KafkaConsumer<byte[], byte[]> broker) {
    return broker.endOffsets(List.of(PARTITION)).get(PARTITION);
  }

  /** Into a table as empty as the outbox is. */
  private double bare(int events, int size) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement truncate = connection.prepareStatement("truncate bare")) {
      truncate.executeUpdate();
    }
    long start = System.nanoTime();
    for (int from = 0; from < events; from += size) {
      int first = from;
      int last = Math.min(events, from + size);
      QuarkusTransaction.requiringNew().run(() -> insert(first, last));
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private void insert(int first, int last) {
    for (int number = first; number < last; number++) {
      JobQueued event = event(number);
      try (Connection connection = dataSource.getConnection();
          PreparedStatement insert =
              connection.prepareStatement(
                  "insert into bare(event_id, topic, key, type, source, time, data, traceparent,"
                      + " tracestate) values (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
        insert.setObject(1, UUID.randomUUID());
        insert.setString(2, Topics.JOBS);
        insert.setString(3, event.key());
        insert.setString(4, "io.gdpo.JobQueued");
        insert.setString(5, "/load");
        insert.setTimestamp(6, Timestamp.from(Instant.now()));
        insert.setBytes(7, json(event));
        insert.setString(8, null);
        insert.setString(9, null);
        insert.executeUpdate();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static byte[] json(JobQueued event) {
    return ("{\"job_id\":\""
            + event.jobId()
            + "\",\"experiment\":\""
            + event.experiment()
            + "\",\"stage\":\""
            + event.stage()
            + "\"}")
        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private void makeTable() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement make =
            connection.prepareStatement("create table bare (like outbox including all)")) {
      make.executeUpdate();
    }
  }

  /** What is inserted bare is what the outbox inserts. */
  private void requireSame() throws SQLException {
    insert(7, 8);
    String bare = row("bare");
    String[] sent = new String[1];
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              outbox.send(event(7));
              try {
                sent[0] = row("outbox");
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    if (!bare.equals(sent[0])) {
      throw new IllegalStateException("The outbox inserts " + sent[0] + ", and bare are " + bare);
    }
  }

  private String row(String table) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "select topic, key, type, source, convert_from(data, 'UTF8'), traceparent is null"
                    + " from "
                    + table
                    + " order by id desc limit 1");
        ResultSet row = select.executeQuery()) {
      row.next();
      StringBuilder all = new StringBuilder();
      for (int column = 1; column <= 5; column++) {
        all.append(row.getString(column)).append('|');
      }
      return all.toString();
    }
  }

  private double produced(int events, boolean awaited) throws Exception {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", Load.servers().broker().bootstrapServers(), "acks", "all");
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      producer.send(record(0)).get();
      long start = System.nanoTime();
      for (int number = 0; number < events; number++) {
        var sent = producer.send(record(number));
        if (awaited) {
          sent.get();
        }
      }
      producer.flush();
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private static ProducerRecord<String, byte[]> record(int number) {
    return new ProducerRecord<>("bare", event(number).key(), json(event(number)));
  }

  /** The heap that is left after a collection, and the table's bytes, over a long run. */
  private String memory(KafkaConsumer<byte[], byte[]> broker, Options options) throws Exception {
    StringBuilder told = new StringBuilder("heap after each tenth of ");
    told.append(options.longRun()).append(" events, MB:");
    for (int tenth = 0; tenth < 10; tenth++) {
      through(broker, options.longRun() / 10, 100);
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      told.append(
          String.format(
              Locale.ROOT, " %.0f", (runtime.totalMemory() - runtime.freeMemory()) / 1e6));
    }
    try (Connection connection = dataSource.getConnection();
        PreparedStatement count = connection.prepareStatement("select count(*) from outbox");
        ResultSet row = count.executeQuery()) {
      row.next();
      told.append("; rows left in the outbox: ").append(row.getLong(1));
    }
    return told.toString();
  }

  private static KafkaConsumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        Map.of("bootstrap.servers", Load.servers().broker().bootstrapServers()),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }
}
