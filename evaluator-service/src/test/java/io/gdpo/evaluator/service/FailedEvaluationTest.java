package io.gdpo.evaluator.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.CheckpointSaved;
import io.gdpo.contracts.event.EvaluationRequested;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.spec.CheckpointKind;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.platform.event.CloudEvents;
import io.gdpo.testmodels.TinyWorld;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever goes wrong with an evaluation is recorded, and holds up neither others nor reports. */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "evaluator"))
class FailedEvaluationTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir static Path home;

  @Inject DataSource database;
  @Inject ArtifactStore artifacts;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String broker;

  private OtherService topics;

  @BeforeEach
  void open() {
    topics = new OtherService(broker);
  }

  @AfterEach
  void close() {
    topics.close();
  }

  @Test
  void aResultThatCannotBeReadIsNoneAndTheNextEvaluationHasItsTurn()
      throws IOException, SQLException {
    artifacts.write("evaluations/torn/outcome.json", bytes("{\"attempt\": 1, \"rea"));
    recorded(absent("torn", "tearing"), "RUNNING");
    topics.send(new CheckpointSaved(absent("behind-torn", "tearing"), TinyWorld.SPEC));

    awaitStatus("behind-torn", "FAILED");
    awaitStatus("torn", "FAILED");
    given().get("/evaluations/torn").then().body("reason", containsString("nowhere"));
  }

  @Test
  void whatCannotBeStartedIsGivenUpWithTheReasonOfTheSystemAndHoldsUpNoOther() throws IOException {
    Path inTheWay = Path.of(artifacts.uri("evaluations/blocked"));
    Files.createDirectories(inTheWay.getParent());
    Files.writeString(inTheWay, "a file where a folder should be");
    topics.send(new CheckpointSaved(absent("blocked", "blocking"), TinyWorld.SPEC));
    topics.send(new CheckpointSaved(absent("behind-blocked", "blocking"), TinyWorld.SPEC));

    awaitStatus("behind-blocked", "FAILED");
    awaitStatus("blocked", "FAILED");
    given().get("/evaluations/blocked").then().body("reason", containsString("cannot be written"));
    assertThat(events("io.gdpo.EvaluationFailed", "blocked")).isEqualTo(1);
  }

  @Test
  void whatFailedIsMeasuredWhenItIsAskedForAgainAndToldAgainWhenItIsDone() throws IOException {
    Checkpoint poisoned = absent("mended", "mending");
    topics.send(new CheckpointSaved(poisoned, TinyWorld.SPEC));
    awaitStatus("mended", "FAILED");

    Checkpoint mended = TinyWorld.madeApart(home).checkpoint("mended", "mending");
    byte[] body = Json.EVENTS.writeValueAsBytes(new EvaluationRequested(mended, TinyWorld.SPEC));
    given()
        .contentType(ContentType.JSON)
        .body(body)
        .post("/evaluations")
        .then()
        .statusCode(202)
        .body("status", equalTo("PENDING"));
    awaitStatus("mended", "SUCCEEDED");
    topics.send(new CheckpointSaved(mended, TinyWorld.SPEC));
    await()
        .atMost(PATIENCE)
        .until(() -> events("io.gdpo.EvaluationCompleted", "mended"), count -> count == 2);
  }

  @Test
  void aMisspeltSettingInAnEventIsAnsweredWithItsPlace() throws IOException {
    Event request = new EvaluationRequested(absent("misspelt", "misspelling"), TinyWorld.SPEC);
    ProducerRecord<String, byte[]> record = CloudEvents.record(request, "/test");
    String typo =
        new String(record.value(), StandardCharsets.UTF_8).replace("\"samples\"", "\"sampels\"");
    topics.send(
        new ProducerRecord<>(record.topic(), null, record.key(), bytes(typo), record.headers()));

    await()
        .atMost(PATIENCE)
        .until(() -> events("io.gdpo.EvaluationFailed", "misspelt"), count -> count == 1);
    assertThat(
            topics
                .events(Topics.EVALUATIONS, "io.gdpo.EvaluationFailed", "misspelt")
                .get(0)
                .get("reason")
                .asText())
        .contains("Field 'evaluation.sampels'", "is unknown; the known fields are checkpoint, ");
    given().get("/evaluations/misspelt").then().statusCode(404);
  }

  @Test
  void equalRequestsAtOnceAreOne() throws Exception {
    byte[] body =
        Json.EVENTS.writeValueAsBytes(
            new EvaluationRequested(absent("at-once", "racing"), TinyWorld.SPEC));
    ExecutorService clients = Executors.newFixedThreadPool(20);
    try {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        answers.add(
            clients.submit(
                () ->
                    given()
                        .contentType(ContentType.JSON)
                        .body(body)
                        .post("/evaluations")
                        .statusCode()));
      }
      List<Integer> codes = new ArrayList<>();
      for (Future<Integer> answer : answers) {
        codes.add(answer.get());
      }
      assertThat(codes).isSubsetOf(200, 202).contains(202);
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  void aReportLeavesOutProgressThatCannotBeReadAndSaysSo() throws IOException, SQLException {
    for (String uri : List.of("relative/progress", "file:/proc", "ftp://elsewhere/progress")) {
      String id = "progress-" + uri.hashCode();
      recorded(with(absent(id, "progressing"), "file:/nowhere", uri), "FAILED");
    }
    given()
        .get("/experiments/progressing/report")
        .then()
        .statusCode(200)
        .body("stages.size()", equalTo(3))
        .body("notes", hasItem(containsString("The progress of dpo is left out")))
        .body("notes.findAll { it.contains('is left out') }.size()", equalTo(3));
    given().get("/experiments/progressing/report?format=html").then().statusCode(200);
  }

  @Test
  void aReportShowsProgressThatSeveralAttemptsToldInPieces() throws IOException, SQLException {
    for (String piece :
        List.of("1: train 10", "2: eval 10, train 20", "3: train 20, eval 20", "x: train 30")) {
      String[] parts = piece.split(": ");
      String lines =
          Stream.of(parts[1].split(", "))
              .map(line -> line.split(" "))
              .map(line -> "{\"phase\":\"%s\",\"step\":%s}\n".formatted(line[0], line[1]))
              .collect(Collectors.joining());
      artifacts.write("jobs/attempts/progress/00000" + parts[0] + ".jsonl", bytes(lines));
    }
    String uri = artifacts.uri("jobs/attempts/progress").toString();
    recorded(with(absent("attempts", "several-attempts"), "file:/nowhere", uri), "FAILED");
    given()
        .get("/experiments/several-attempts/report")
        .then()
        .statusCode(200)
        .body("stages[0].progress.step", equalTo(List.of(10, 10, 20, 20)))
        .body("stages[0].progress.phase", equalTo(List.of("train", "eval", "train", "eval")));
  }

  @Test
  void evaluationsAreListedByPages() throws IOException, SQLException {
    recorded(absent("page-1", "paging"), "FAILED");
    recorded(absent("page-2", "paging"), "FAILED");
    given()
        .get("/evaluations?experiment=paging&limit=1&offset=1")
        .then()
        .statusCode(200)
        .body("checkpoint_id", equalTo(List.of("page-2")));
    given().get("/evaluations?limit=5000").then().statusCode(400);
  }

  /** A record as an earlier run of the service left it; RUNNING, of a process that is gone. */
  private void recorded(Checkpoint checkpoint, String status) throws SQLException, IOException {
    try (Connection connection = database.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                insert into evaluation(id, checkpoint_id, experiment, stage, checkpoint, spec, status, requested_at)
                values (?, ?, ?, 'dpo', ?, ?, ?, now());
                insert into work(id, kind, folder, state, attempt, failures, cancel_requested, queued_at, not_before, term)
                values (?, 'evaluate', 'evaluations/' || ?, ?, 1, 0, false, now(), now(), 0)
                """)) {
      List<String> values =
          List.of(
              checkpoint.id(),
              checkpoint.id(),
              checkpoint.experiment(),
              Json.EVENTS.writeValueAsString(checkpoint),
              Json.EVENTS.writeValueAsString(TinyWorld.SPEC),
              status,
              checkpoint.id(),
              checkpoint.id(),
              status);
      for (int i = 0; i < values.size(); i++) {
        insert.setString(i + 1, values.get(i));
      }
      insert.execute();
    }
  }

  private long events(String type, String key) throws IOException {
    return topics.events(Topics.EVALUATIONS, type, key).size();
  }

  private static void awaitStatus(String checkpointId, String status) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                given()
                    .get("/evaluations/" + checkpointId)
                    .then()
                    .statusCode(200)
                    .body("status", equalTo(status)));
  }

  /** A checkpoint whose model is nowhere: its evaluation fails quickly. */
  private static Checkpoint absent(String id, String experiment) {
    String nowhere = home.resolve("nowhere").toUri().toString();
    return new Checkpoint(
        id,
        "job",
        experiment,
        "dpo",
        "dpo",
        CheckpointKind.BEST,
        40,
        nowhere,
        null,
        nowhere,
        null,
        0.1,
        96,
        60);
  }

  private static Checkpoint with(Checkpoint c, String dataset, String progress) {
    return new Checkpoint(
        c.id(),
        c.jobId(),
        c.experiment(),
        c.stage(),
        c.loss(),
        c.kind(),
        c.step(),
        c.modelUri(),
        c.referenceUri(),
        dataset,
        progress,
        c.beta(),
        c.maxLength(),
        c.maxPromptLength());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
