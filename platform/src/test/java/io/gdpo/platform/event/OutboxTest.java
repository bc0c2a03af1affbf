package io.gdpo.platform.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.gdpo.contracts.event.DatasetFailed;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.platform.Infrastructure;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(value = Infrastructure.class, scope = TestResourceScope.GLOBAL)
class OutboxTest {
  @Inject Outbox outbox;
  @Inject DataSource dataSource;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  @Test
  void anEventArrivesAsABinaryCloudEventOnItsTopicUnderItsKey() {
    String id = newId();

    QuarkusTransaction.requiringNew().run(() -> outbox.send(new DatasetFailed(id, "why")));

    ConsumerRecord<String, byte[]> record = received(id, 1).get(0);
    assertThat(record.key()).isEqualTo(id);
    assertThat(Kafka.header(record, "ce_specversion")).isEqualTo("1.0");
    assertThat(Kafka.header(record, "ce_type")).isEqualTo("io.gdpo.DatasetFailed");
    assertThat(Kafka.header(record, "ce_source")).isEqualTo("/platform-test");
    assertThat(UUID.fromString(Kafka.header(record, "ce_id")).version()).isEqualTo(4);
    assertThat(Instant.parse(Kafka.header(record, "ce_time")))
        .isBetween(Instant.now().minusSeconds(300), Instant.now());
    assertThat(Kafka.header(record, "content-type")).isEqualTo("application/json");
    assertThat(new String(record.value(), StandardCharsets.UTF_8))
        .contains("\"dataset_id\":\"" + id + "\"");
    await().untilAsserted(() -> assertThat(rowsWaiting()).isZero());
  }

  @Test
  void aTransactionThatRollsBackHasSaidNothing() {
    String silent = newId();
    String loud = newId();

    assertThatThrownBy(
            () ->
                QuarkusTransaction.requiringNew()
                    .run(
                        () -> {
                          outbox.send(new DatasetFailed(silent, "never"));
                          throw new IllegalStateException("rolled back");
                        }))
        .hasMessage("rolled back");
    QuarkusTransaction.requiringNew().run(() -> outbox.send(new DatasetFailed(loud, "yes")));

    assertThat(received(loud, 1)).hasSize(1);
    assertThat(kafka().now(Topics.DATASETS, record -> silent.equals(record.key()))).isEmpty();
  }

  @Test
  void eventsOfOneKeyArriveInTheOrderInWhichTheyWereSentAndOnce() {
    String id = newId();
    for (int from = 0; from < 300; from += 60) {
      List<Integer> numbers = IntStream.range(from, from + 60).boxed().toList();
      QuarkusTransaction.requiringNew()
          .run(() -> numbers.forEach(i -> outbox.send(new DatasetFailed(id, "" + i))));
    }

    assertThat(received(id, 300))
        .extracting(OutboxTest::reason)
        .containsExactlyElementsOf(IntStream.range(0, 300).mapToObj(i -> "" + i).toList());
  }

  @Test
  void sendingOutsideATransactionIsRefused() {
    assertThatThrownBy(() -> outbox.send(new DatasetFailed(newId(), "no")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("io.gdpo.DatasetFailed is sent outside a transaction");
  }

  @Test
  void anEventTooLargeForKafkaIsRefusedWhereItIsSent() {
    String bulk = "x".repeat(1_100_000);
    assertThatThrownBy(
            () ->
                QuarkusTransaction.requiringNew()
                    .run(() -> outbox.send(new DatasetReady(newId(), "file:/" + bulk, Map.of()))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("too large for Kafka")
        .hasMessageContaining("store the bulk as an artifact");
  }

  @Test
  void anEventOutlivesABrokerOutageThatIsLoggedOnce() {
    String id = newId();
    Infrastructure.switchTo("broker off");
    try (Warnings warnings = new Warnings()) {
      QuarkusTransaction.requiringNew().run(() -> outbox.send(new DatasetFailed(id, "1")));
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> warnings.messages().stream().anyMatch(w -> w.contains("OutboxRelay")));
      QuarkusTransaction.requiringNew().run(() -> outbox.send(new DatasetFailed(id, "2")));
      await()
          .during(Duration.ofSeconds(4))
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(warnings.messages())
                      .filteredOn(w -> w.contains("OutboxRelay"))
                      .hasSize(1));
      assertThat(warnings.messages())
          .filteredOn(w -> w.startsWith("org.apache.kafka.clients"))
          .hasSizeLessThan(5);
    } finally {
      Infrastructure.switchTo("broker on");
    }

    assertThat(received(id, 2)).extracting(OutboxTest::reason).startsWith("1").endsWith("2");
    await().untilAsserted(() -> assertThat(rowsWaiting()).isZero());
  }

  private static String reason(ConsumerRecord<String, byte[]> record) {
    return ((DatasetFailed) CloudEvents.read(record).event()).reason();
  }

  private List<ConsumerRecord<String, byte[]>> received(String id, int count) {
    return kafka().await(Topics.DATASETS, count, record -> id.equals(record.key()));
  }

  private long rowsWaiting() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from outbox")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private Kafka kafka() {
    return new Kafka(bootstrapServers);
  }

  private static String newId() {
    return UUID.randomUUID().toString();
  }
}
