package io.gdpo.platform.event;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.contracts.view.DeadLetterView;
import io.gdpo.platform.Infrastructure;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@WithTestResource(value = Infrastructure.class, scope = TestResourceScope.GLOBAL)
class DeadLetterBoxTest {
  private static final String FAILED = "io.gdpo.JobFailed";

  @Inject DataSource dataSource;
  @Inject JobsListener listener;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  private final String job = UUID.randomUUID().toString();
  private final String data = "{\"job_id\":\"" + job + "\",\"reason\":\"no\"}";
  private Kafka kafka;

  @BeforeEach
  void connect() {
    kafka = new Kafka(bootstrapServers);
  }

  @Test
  void aLetterIsReadWithItsReasonAndTakesEffectOnceWhenItIsSentAgainAndAgain() {
    kafka.send(
        Topics.JOBS, job, data, Map.of("ce_id", job, "ce_type", FAILED, "ce_source", "/test"));
    DeadLetterView letter = awaitLetter();
    assertThat(letter.reason()).endsWith("Refused: no");
    assertThat(letter.eventId()).isEqualTo(job);
    assertThat(letter.eventType()).isEqualTo(FAILED);
    assertThat(letter.service()).isEqualTo("/platform-test");
    assertThat(letter.resentAt()).isNull();
    assertThat(read(given().get(path(letter)).asByteArray(), DeadLetterView.class).payload())
        .isEqualTo(data);

    listener.mend(job);
    DeadLetterView resent = resend(letter);
    resend(letter);

    assertThat(resent.resentAt()).isAfterOrEqualTo(letter.time());
    assertThat(letters().get(0).resentAt()).isNotNull();
    List<ConsumerRecord<String, byte[]>> sent =
        kafka.await(Topics.JOBS, 3, record -> job.equals(record.key()));
    assertThat(sent)
        .allSatisfy(
            record -> {
              assertThat(record.headers().toArray()).hasSize(3);
              assertThat(Kafka.header(record, "ce_id")).isEqualTo(job);
              assertThat(record.value()).asString().isEqualTo(data);
            });
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                kafka.committed("platform-test", Topics.JOBS) > sent.get(sent.size() - 1).offset());
    assertThat(handled()).isEqualTo(1);
    assertThat(letters()).hasSize(1);
  }

  @Test
  void whatIsRefusedAgainIsALetterOfItsOwnThatKeepsTheEventsId() {
    kafka.send(Topics.JOBS, job, data, Map.of("ce_type", FAILED));
    DeadLetterView first = awaitLetter();

    resend(first);

    await().atMost(Duration.ofSeconds(30)).until(() -> letters().size() == 2);
    DeadLetterView second = letters().get(0);
    assertThat(second.eventId()).isEqualTo(Topics.JOBS + "/0/" + first.fromOffset());
    assertThat(second.resentAt()).isNull();
    assertThat(letters().get(1).resentAt()).isNotNull();
  }

  @Test
  void whatALetterHadToLeaveOutIsSentAgainFromWhereItLies() {
    kafka.send(Topics.JOBS, job, "x".repeat(1_048_200), Map.of("ce_id", job, "ce_type", FAILED));
    DeadLetterView letter = awaitLetter();
    assertThat(letter.payload()).isNull();
    assertThat(letter.payloadBytes()).isEqualTo(1_048_200);

    resend(letter);

    assertThat(kafka.await(Topics.JOBS, 2, record -> job.equals(record.key())))
        .hasSize(2)
        .allSatisfy(record -> assertThat(record.value()).hasSize(1_048_200));
  }

  @Test
  void aRecordThatNoBrokerTakesFromHereIsAConflict() {
    kafka.send(Topics.JOBS, job, data, Map.of("ce_type", FAILED, "note", "x".repeat(3_000_000)));
    DeadLetterView letter = awaitLetter();

    given()
        .post(path(letter) + "/resend")
        .then()
        .statusCode(409)
        .body("detail", containsString("No broker takes this record"));
    assertThat(letters().get(0).resentAt()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "gdpo.jobs/0/1000000, 404, no dead letter of this service 'gdpo.jobs/0/1000000'",
    "gdpo.jobs/7/0, 404, no dead letter of this service",
    "gdpo.nowhere/0/0, 404, no topic of events 'gdpo.nowhere'",
    "gdpo.jobs/zero/0, 404, ''"
  })
  void whatIsNoLetterIsNotFound(String place, int status, String words) {
    given()
        .post("/dead-letters/" + place + "/resend")
        .then()
        .statusCode(status)
        .body("detail", containsString(words));
  }

  @Test
  void lettersOfOtherServicesAndNotesAreNotShown() {
    kafka.send(
        Topics.deadLetters(Topics.JOBS),
        job,
        data,
        Map.of("ce_type", FAILED, "dead-letter-service", "/other"));
    kafka.send(
        Topics.deadLetters(Topics.JOBS),
        job,
        data,
        Map.of("dead-letter-service", "/platform-test", "dead-letter-offset", "none"));

    assertThat(letters()).singleElement().satisfies(it -> assertThat(it.fromOffset()).isZero());
  }

  private DeadLetterView awaitLetter() {
    await().atMost(Duration.ofSeconds(30)).until(() -> letters().size() == 1);
    return letters().get(0);
  }

  private List<DeadLetterView> letters() {
    byte[] json =
        given()
            .get("/dead-letters?topic=gdpo.jobs&limit=1000")
            .then()
            .statusCode(200)
            .extract()
            .asByteArray();
    return Stream.of(read(json, DeadLetterView[].class))
        .filter(letter -> job.equals(letter.key()))
        .toList();
  }

  private static DeadLetterView resend(DeadLetterView letter) {
    return read(
        given().post(path(letter) + "/resend").then().statusCode(200).extract().asByteArray(),
        DeadLetterView.class);
  }

  private static String path(DeadLetterView letter) {
    return "/dead-letters/" + letter.place();
  }

  private static <T> T read(byte[] json, Class<T> type) {
    try {
      return Json.EVENTS.readValue(json, type);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private long handled() {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement query =
            connection.prepareStatement("select count(*) from handled where job_id = ?")) {
      query.setString(1, job);
      try (ResultSet rows = query.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
