package io.gdpo.evaluator.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.CheckpointSaved;
import io.gdpo.contracts.event.EvaluationRequested;
import io.gdpo.contracts.event.Retention.CheckpointsDeleted;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.metric.MetricKey;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.contracts.spec.HeldOutSplit;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.embedded.InfrastructureResource;
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
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The service on a real broker and database, with real child processes that measure real models.
 */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "evaluator"))
class EvaluatorServiceTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir static Path home;
  private static TinyWorld world;

  @Inject DataSource database;
  @Inject ArtifactStore artifacts;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String broker;

  private OtherService topics;

  @BeforeEach
  void open() throws IOException {
    if (world == null) {
      world = TinyWorld.madeApart(home);
    }
    topics = new OtherService(broker);
  }

  @AfterEach
  void close() {
    topics.close();
  }

  @Test
  void aSavedCheckpointIsEvaluatedOnceAndReported() throws IOException {
    Checkpoint checkpoint = world.checkpoint("7f3c-best", "river");
    Files.writeString(
        home.resolve("progress.jsonl"),
        """
        {"phase":"train","step":10,"total_steps":20,"examples":320,"epoch":0.5,"metrics":{"loss":2.5},"tokens_per_second":900,"eta_seconds":1}
        {"phase":"eval","step":20,"total_steps":20,"examples":640,"epoch":1,"metrics":{"loss":2.4,"jsd":0.3,"rewards/margins":0.1},"tokens_per_second":0,"eta_seconds":0}
        """);
    topics.send(new CheckpointSaved(checkpoint, TinyWorld.SPEC));
    topics.send(new CheckpointSaved(checkpoint, TinyWorld.SPEC));
    topics.send(new EvaluationRequested(checkpoint, TinyWorld.SPEC));

    awaitStatus("7f3c-best", "SUCCEEDED");
    given()
        .get("/evaluations?experiment=river")
        .then()
        .statusCode(200)
        .body("size()", equalTo(1))
        .body("[0].checkpoint_id", equalTo("7f3c-best"))
        .body("[0].metrics", hasKey("jsd"))
        .body("[0].metrics", hasKey("margin_minority"));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        topics.events(
                            Topics.EVALUATIONS, "io.gdpo.EvaluationCompleted", "7f3c-best"))
                    .singleElement()
                    .satisfies(
                        event -> {
                          assertThat(event.get("experiment").asText()).isEqualTo("river");
                          assertThat(event.get("metrics").has("yardstick/uniform")).isTrue();
                          assertThat(event.get("uri").asText())
                              .endsWith("7f3c-best/evaluation.json");
                        }));

    given()
        .get("/experiments/river/report")
        .then()
        .statusCode(200)
        .contentType(ContentType.JSON)
        .body("complete", equalTo(true))
        .body("stages[0].name", equalTo("dpo"))
        .body("stages[0].progress.size()", equalTo(2))
        .body("questions.question_id", hasItem("bees"));
    given()
        .get("/experiments/river/report?format=md")
        .then()
        .statusCode(200)
        .contentType("text/markdown")
        .body(containsString("| dpo | dpo | 0."));
    String page =
        given()
            .get("/experiments/river/report?format=html")
            .then()
            .statusCode(200)
            .contentType(ContentType.HTML)
            .extract()
            .asString();
    assertThat(page.contains("<title>river · GDPO report</title>")).isTrue();
    assertThat(page.contains("echarts={}")).as("the charting library is inlined").isTrue();
    assertThat(page.contains(".raw}")).as("a placeholder is left").isFalse();
    String ownMarkup = page.substring(0, page.indexOf("<script>"));
    assertThat(ownMarkup).doesNotContain("src=", "<link", "http:", "https:");
    assertThat(data(page, "report").get("experiment").asText()).isEqualTo("river");
    assertThat(data(page, "catalogue").get("metrics"))
        .extracting(metric -> metric.get("key").asText())
        .containsExactlyElementsOf(Stream.of(MetricKey.values()).map(MetricKey::id).toList());

    topics.send(new CheckpointsDeleted("another-job", "river", "dpo"));
    topics.send(new CheckpointsDeleted(checkpoint.jobId(), "river", "dpo"));
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> given().get("/evaluations/7f3c-best").then().statusCode(404));
    given().get("/experiments/river/report").then().statusCode(404);
    await().atMost(PATIENCE).until(() -> !artifacts.exists(artifacts.uri("evaluations/7f3c-best")));
  }

  private static JsonNode data(String page, String name) throws IOException {
    return Json.EVENTS.readTree(
        page.split("id=\"" + name + "-data\">", 2)[1].split("</script>", 2)[0]);
  }

  @Test
  void poisonGoesToTheDeadLettersAndTheNextRecordIsHandled() throws IOException {
    for (String topic : List.of(Topics.CHECKPOINTS, Topics.EVALUATIONS)) {
      topics.send(
          new ProducerRecord<>(topic, "poison-" + topic, "{".getBytes(StandardCharsets.UTF_8)));
    }
    Checkpoint nameless = world.checkpoint("", "poison");
    topics.send(new CheckpointSaved(nameless, TinyWorld.SPEC));
    Checkpoint absent =
        withModel(world.checkpoint("after-poison", "poison"), home.resolve("nowhere"));
    topics.send(new CheckpointSaved(absent, TinyWorld.SPEC));

    awaitStatus("after-poison", "FAILED");
    for (String topic : List.of(Topics.CHECKPOINTS, Topics.EVALUATIONS)) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(topics.keys(Topics.deadLetters(topic))).contains("poison-" + topic));
    }
    assertThat(topics.reasons(Topics.deadLetters(Topics.CHECKPOINTS)))
        .anySatisfy(reason -> assertThat(reason).contains("checkpoint.id"));
  }

  @Test
  void aCheckpointThatCannotBeMeasuredFailsWithItsReason() throws IOException {
    Checkpoint absent = withModel(world.checkpoint("no-model", "failing"), home.resolve("nowhere"));
    topics.send(new EvaluationRequested(absent, null));
    awaitStatus("no-model", "FAILED");
    given().get("/evaluations/no-model").then().body("reason", containsString("nowhere"));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        topics.events(Topics.EVALUATIONS, "io.gdpo.EvaluationFailed", "no-model"))
                    .singleElement()
                    .satisfies(e -> assertThat(e.get("reason").asText()).contains("nowhere")));
    given()
        .get("/experiments/failing/report?format=md")
        .then()
        .statusCode(200)
        .body(containsString("0 of 1 checkpoints evaluated"))
        .body(containsString("nowhere"));
  }

  @Test
  void aKilledProcessIsStartedAgain() throws IOException {
    topics.send(new CheckpointSaved(world.checkpoint("killed", "killing"), TinyWorld.SPEC));
    await().atMost(PATIENCE).until(EvaluatorServiceTest::killChild);
    awaitStatus("killed", "SUCCEEDED");
  }

  @Test
  void aProcessThatAlwaysDiesIsGivenUpAfterThreeTries() throws IOException {
    topics.send(new CheckpointSaved(world.checkpoint("doomed", "dooming"), TinyWorld.SPEC));
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              killChild();
              return "FAILED".equals(status("doomed"));
            });
    given()
        .get("/evaluations/doomed")
        .then()
        .body("reason", containsString("tried 3 times"))
        .body("reason", containsString("evaluate.log"));
  }

  @Test
  void aRunningEvaluationTellsHowFarItIsAndAFinishedOneDoesNot() throws IOException {
    EvaluationSpec slow =
        Json.SPECS.convertValue(Map.of("samples", 40, "max_new_tokens", 60), EvaluationSpec.class);
    topics.send(new CheckpointSaved(world.checkpoint("watched", "watching"), slow));
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> given().get("/evaluations?experiment=watching").path("progress.unit"),
            equalTo(List.of("answers")));
    given()
        .get("/evaluations/watched")
        .then()
        .body("status", equalTo("RUNNING"))
        .body("progress.work", equalTo("samples"))
        .body("progress.total", equalTo(40 * 6));
    awaitStatus("watched", "SUCCEEDED");
    given().get("/evaluations/watched").then().body("progress", nullValue());
  }

  @Test
  void anEvaluationThatAnEarlierRunLeftIsTakenUpAgain() throws IOException, SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                insert into evaluation(id, checkpoint_id, experiment, stage, checkpoint, spec, status, requested_at)
                values ('left', 'left', 'leaving', 'dpo', ?, ?, 'RUNNING', now());
                insert into work(id, kind, folder, state, attempt, failures, cancel_requested, queued_at, not_before, term)
                values ('left', 'evaluate', 'evaluations/left', 'RUNNING', 1, 0, false, now(), now(), 0)
                """)) {
      insert.setString(1, Json.EVENTS.writeValueAsString(world.checkpoint("left", "leaving")));
      insert.setString(2, Json.EVENTS.writeValueAsString(TinyWorld.SPEC));
      insert.execute();
    }
    awaitStatus("left", "SUCCEEDED");
  }

  @Test
  void restDoesTheSameAsAnEvent() throws IOException {
    Checkpoint absent = withModel(world.checkpoint("by-rest", "resting"), home.resolve("nowhere"));
    byte[] body = Json.EVENTS.writeValueAsBytes(new EvaluationRequested(absent, TinyWorld.SPEC));
    given()
        .contentType(ContentType.JSON)
        .body(body)
        .post("/evaluations")
        .then()
        .statusCode(202)
        .header("Location", containsString("/evaluations/by-rest"))
        .body("status", equalTo("PENDING"));
    given()
        .contentType(ContentType.JSON)
        .body(body)
        .post("/evaluations")
        .then()
        .statusCode(200)
        .body("checkpoint_id", equalTo("by-rest"));
    byte[] other =
        Json.EVENTS.writeValueAsBytes(
            new EvaluationRequested(
                absent, new EvaluationSpec(HeldOutSplit.EVAL, null, null, null, null)));
    given()
        .contentType(ContentType.JSON)
        .body(other)
        .post("/evaluations")
        .then()
        .statusCode(202)
        .body("checkpoint_id", equalTo("by-rest"))
        .body("id", startsWith("by-rest-"))
        .body("evaluation.split", equalTo("eval"));
    awaitStatus("by-rest", "FAILED");
  }

  @Test
  void aBadRequestIsToldFieldByField() {
    given()
        .contentType(ContentType.JSON)
        .body(
            Map.of(
                "checkpoint",
                Map.of("id", "../up"),
                "evaluation",
                Map.of("split", "trial", "samples", 0)))
        .post("/evaluations")
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("errors.field", hasItem("checkpoint.id"))
        .body("errors.field", hasItem("checkpoint.model_uri"))
        .body("errors.field", hasItem("evaluation.split"))
        .body("errors.field", hasItem("evaluation.samples"));
    given()
        .contentType(ContentType.JSON)
        .body("{\"chekpoint\": {}}")
        .post("/evaluations")
        .then()
        .statusCode(400)
        .body("detail", containsString("chekpoint"));
  }

  @Test
  void whatIsNotThereIsAProblem() {
    given()
        .get("/evaluations/absent")
        .then()
        .statusCode(404)
        .body("detail", containsString("absent"));
    given()
        .get("/experiments/absent/report?format=html")
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body("detail", containsString("absent"));
    given().get("/evaluations?experiment=absent").then().statusCode(200).body("size()", equalTo(0));
    given()
        .get("/evaluations")
        .then()
        .statusCode(200)
        .body("checkpoint_id", not(hasItem("absent")));
  }

  @Test
  void healthMetricsAndOpenApiAreServed() {
    given().get("/q/health").then().statusCode(200).body("status", equalTo("UP"));
    given().get("/q/metrics").then().statusCode(200);
    given()
        .get("/q/openapi")
        .then()
        .statusCode(200)
        .body(containsString("/experiments/{name}/report"));
  }

  private static String status(String checkpointId) {
    var response = given().get("/evaluations/" + checkpointId);
    return response.statusCode() == 200 ? response.path("status") : "ABSENT";
  }

  private static void awaitStatus(String checkpointId, String status) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(status(checkpointId))
                    .as(given().get("/evaluations/" + checkpointId).asString())
                    .isEqualTo(status));
  }

  /** Only one evaluation runs at a time; the other children are the database's. */
  private static boolean killChild() {
    List<ProcessHandle> children =
        ProcessHandle.current()
            .children()
            .filter(child -> child.info().command().orElse("").endsWith("java"))
            .toList();
    children.forEach(ProcessHandle::destroyForcibly);
    return !children.isEmpty();
  }

  private static Checkpoint withModel(Checkpoint c, Path model) {
    return new Checkpoint(
        c.id(),
        c.jobId(),
        c.experiment(),
        c.stage(),
        c.loss(),
        c.kind(),
        c.step(),
        model.toUri().toString(),
        c.referenceUri(),
        c.datasetUri(),
        c.progressUri(),
        c.beta(),
        c.maxLength(),
        c.maxPromptLength());
  }
}
