package io.gdpo.platform.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gdpo.contracts.topic.Topics;
import io.gdpo.platform.Infrastructure;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@WithTestResource(value = Infrastructure.class, scope = TestResourceScope.GLOBAL)
class InboxTest {
  private static final String GROUP = "platform-test";
  private static final String STARTED = "io.gdpo.JobStarted";

  @Inject DataSource dataSource;
  @Inject JobsListener listener;
  @Inject InboxTable inbox;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  private Kafka kafka;

  @BeforeEach
  void connect() {
    kafka = new Kafka(bootstrapServers);
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
  }

  @Test
  void aDuplicateIsHandledOnce() {
    String job = newId();
    String eventId = newId();

    sendStarted(job, Map.of("ce_id", eventId, "ce_type", STARTED, "ce_source", "/test"));
    sendStarted(job, Map.of("ce_id", eventId, "ce_type", STARTED, "ce_source", "/test"));
    sendAndAwaitAnother();

    assertThat(handled(job)).isEqualTo(1);
  }

  @Test
  void theSameIdFromAnotherSourceIsAnotherEvent() {
    String job = newId();
    String eventId = newId();

    sendStarted(job, Map.of("ce_id", eventId, "ce_type", STARTED, "ce_source", "/one"));
    sendStarted(job, Map.of("ce_id", eventId, "ce_type", STARTED, "ce_source", "/other"));
    sendAndAwaitAnother();

    assertThat(handled(job)).isEqualTo(2);
  }

  @Test
  void anEventWithoutIdIsKnownByItsPlaceInTheTopic() {
    String job = newId();

    sendStarted(job, Map.of("ce_type", STARTED));
    sendStarted(job, Map.of("ce_type", STARTED));
    sendAndAwaitAnother();

    assertThat(handled(job)).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "io.gdpo.JobStarted | {\"job_id\": | What was sent cannot be read at line 1",
        "io.gdpo.JobStarted | {\"job_id\":\"a\",\"attempt\":\"two\"} | line 1, column",
        "io.gdpo.JobStarted | '' | is empty",
        "io.gdpo.JobStarted | null | is null",
        "io.gdpo.JobStarted | {} | has no key",
        "io.gdpo.JobDanced | {} | Event type 'io.gdpo.JobDanced' is unknown",
        "'' | {} | Event type '' is unknown",
        "io.gdpo.DatasetReady | {} | belongs on topic gdpo.datasets, not on gdpo.jobs",
        "io.gdpo.JobFailed | {\"job_id\":\"a\",\"reason\":\"no\"} | Refused: no",
      })
  void aPoisonRecordIsKeptWithItsReasonAndTheNextIsHandled(
      String type, String data, String reason) {
    String key = newId();
    String job = newId();

    kafka.send(Topics.JOBS, key, data == null ? "" : data, Map.of("ce_type", type));
    sendStarted(job, Map.of("ce_type", STARTED));

    await().untilAsserted(() -> assertThat(handled(job)).isEqualTo(1));
    ConsumerRecord<String, byte[]> letter = deadLetter(key);
    assertThat(Kafka.header(letter, "dead-letter-reason")).contains(reason);
    assertThat(Kafka.header(letter, "dead-letter-topic")).isEqualTo("gdpo.jobs");
    assertThat(Kafka.header(letter, "dead-letter-service")).isEqualTo("/platform-test");
    assertThat(Kafka.header(letter, "ce_type")).isEqualTo(type);
    assertThat(new String(letter.value(), StandardCharsets.UTF_8))
        .isEqualTo(data == null ? "" : data);
  }

  @Test
  void aRecordWithoutTypeIsPoison() {
    String key = newId();

    kafka.send(Topics.JOBS, key, "hello", Map.of());

    assertThat(Kafka.header(deadLetter(key), "dead-letter-reason"))
        .contains("Header ce_type is missing");
  }

  @Test
  void theOffsetOfATrailingPoisonRecordIsCommittedSoThatARestartDoesNotBuryItAgain() {
    String key = newId();

    kafka.send(Topics.JOBS, key, "hello", Map.of());

    assertThat(deadLetter(key)).isNotNull();
    await()
        .untilAsserted(
            () ->
                assertThat(kafka.committed(GROUP, Topics.JOBS)).isEqualTo(kafka.end(Topics.JOBS)));
  }

  @Test
  void whatARefusingHandlerWroteIsRolledBackAndRefusedAgainWhenSentAgain() {
    String job = newId();
    Map<String, String> headers = Map.of("ce_id", newId(), "ce_type", "io.gdpo.JobFailed");
    String data = "{\"job_id\":\"" + job + "\",\"reason\":\"no\"}";

    kafka.send(Topics.JOBS, job, data, headers);
    kafka.send(Topics.JOBS, job, data, headers);

    assertThat(kafka.await(Topics.deadLetters(Topics.JOBS), 2, letter -> job.equals(letter.key())))
        .hasSize(2);
    assertThat(handled(job)).isZero();
  }

  @Test
  void aConflictWithAConcurrentChangeIsTriedAgain() {
    String job = newId();

    kafka.send(
        Topics.JOBS,
        job,
        "{\"job_id\":\"" + job + "\",\"stage\":\"conflict\",\"attempt\":1}",
        Map.of("ce_type", STARTED));

    await().untilAsserted(() -> assertThat(handled(job)).isEqualTo(1));
    assertThat(listener.triesOf(job)).isEqualTo(3);
    assertThat(kafka.now(Topics.deadLetters(Topics.JOBS), letter -> job.equals(letter.key())))
        .isEmpty();
  }

  @Test
  void anEventWaitsForADatabaseThatIsDown() {
    String job = newId();
    Infrastructure.switchTo("database off");
    try (Warnings warnings = new Warnings()) {
      sendStarted(job, Map.of("ce_type", STARTED));
      await()
          .until(
              () ->
                  warnings.messages().stream().anyMatch(w -> w.contains("waits for the database")));
    } finally {
      Infrastructure.switchTo("database on");
    }

    await().untilAsserted(() -> assertThat(handled(job)).isEqualTo(1));
    assertThat(kafka.now(Topics.deadLetters(Topics.JOBS), letter -> job.equals(letter.key())))
        .isEmpty();
  }

  @Test
  void aLetterThatIsTooLargeDropsForeignHeadersThenCutsTheKey() {
    String key = newId();

    kafka.send(
        Topics.JOBS, key, "hello", Map.of("ce_type", STARTED, "note", "x".repeat(3_000_000)));
    kafka.send(Topics.JOBS, key + "y".repeat(3_000_000), "hello", Map.of("ce_type", STARTED));

    ConsumerRecord<String, byte[]> headless = deadLetter(key);
    assertThat(headless.headers().lastHeader("note")).isNull();
    assertThat(Kafka.header(headless, "dead-letter-headers-bytes")).isEqualTo("3000004");
    assertThat(Kafka.header(headless, "ce_type")).isEqualTo(STARTED);
    assertThat(headless.value()).asString().isEqualTo("hello");
    String cut = (key + "y".repeat(1000)).substring(0, 1000);
    ConsumerRecord<String, byte[]> shortened = deadLetter(cut);
    assertThat(Kafka.header(shortened, "dead-letter-key-bytes"))
        .isEqualTo(String.valueOf(key.length() + 3_000_000));
    assertThat(shortened.value()).asString().isEqualTo("hello");
  }

  @Test
  void anEventInStructuredModeIsToldThatBinaryModeIsRead() {
    String key = newId();

    kafka.send(
        Topics.JOBS,
        key,
        "{\"specversion\":\"1.0\",\"type\":\"io.gdpo.JobStarted\"}",
        Map.of("content-type", "application/cloudevents+json; charset=UTF-8"));

    assertThat(Kafka.header(deadLetter(key), "dead-letter-reason"))
        .contains("Header ce_type is missing", "binary mode is read");
  }

  @Test
  void anErrorInAHandlerIsTheRecordsAndHoldsUpNothing() {
    String key = newId();

    kafka.send(
        Topics.JOBS,
        key,
        "{\"job_id\":\"" + key + "\",\"stage\":\"error\",\"attempt\":1}",
        Map.of("ce_type", STARTED));
    sendAndAwaitAnother();

    assertThat(Kafka.header(deadLetter(key), "dead-letter-reason")).contains("StackOverflowError");
  }

  @Test
  void aPoisonRecordAsLargeAsRecordsMayBeLeavesALetterWithoutItsValue() {
    String key = newId();
    String bulk = "x".repeat(1_048_350);

    kafka.send(Topics.JOBS, key, bulk, Map.of("ce_type", STARTED));

    ConsumerRecord<String, byte[]> letter = deadLetter(key);
    assertThat(letter.value()).isNull();
    assertThat(Kafka.header(letter, "dead-letter-value-bytes")).isEqualTo("1048350");
  }

  @Test
  void eventsHandledLongAgoAreForgottenAndRecentOnesAreNot() throws SQLException {
    execute("insert into inbox values ('/test', 'old', now() - interval '31 days')");
    execute("insert into inbox values ('/test', 'young', now() - interval '29 days')");

    inbox.forgetLongHandled();

    assertThat(count("select count(*) from inbox where event_id = ?", "old")).isZero();
    assertThat(count("select count(*) from inbox where event_id = ?", "young")).isEqualTo(1);
  }

  private void sendStarted(String job, Map<String, String> headers) {
    kafka.send(
        Topics.JOBS,
        job,
        "{\"job_id\":\"" + job + "\",\"experiment\":\"e\",\"stage\":\"s\",\"attempt\":1}",
        headers);
  }

  /** One partition keeps order: when this one is handled, all before it are settled. */
  private void sendAndAwaitAnother() {
    String job = newId();
    sendStarted(job, Map.of("ce_type", STARTED));
    await().untilAsserted(() -> assertThat(handled(job)).isEqualTo(1));
  }

  private ConsumerRecord<String, byte[]> deadLetter(String key) {
    return kafka
        .await(Topics.deadLetters(Topics.JOBS), 1, letter -> key.equals(letter.key()))
        .get(0);
  }

  private long handled(String job) {
    return count("select count(*) from handled where job_id = ?", job);
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.executeUpdate();
    }
  }

  private long count(String sql, String parameter) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement query = connection.prepareStatement(sql)) {
      query.setString(1, parameter);
      try (ResultSet rows = query.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    } catch (SQLException e) {
      throw new AssertionError("The test's table cannot be read", e);
    }
  }

  private static String newId() {
    return UUID.randomUUID().toString();
  }
}
