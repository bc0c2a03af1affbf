package io.gdpo.evaluator.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.CheckpointSaved;
import io.gdpo.contracts.event.EvaluationRequested;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.testmodels.TinyWorld;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.http.ContentType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service, on the JVM or as a native program. */
@QuarkusIntegrationTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "evaluator"))
class PackagedEvaluatorIT {
  @TempDir Path home;

  @Test
  void aCheckpointToldOfByAnEventIsEvaluatedAndToldAndNothingIsADeadLetter() throws IOException {
    TinyWorld world = TinyWorld.madeApart(home);
    try (OtherService topics = new OtherService(System.getProperty("kafka.bootstrap.servers"))) {
      topics.send(
          new CheckpointSaved(world.checkpoint("by-event-best", "by-event"), TinyWorld.SPEC));
      await()
          .atMost(Duration.ofMinutes(3))
          .untilAsserted(
              () ->
                  assertThat(
                          topics.events(
                              Topics.EVALUATIONS, "io.gdpo.EvaluationCompleted", "by-event-best"))
                      .hasSize(1));
    }
    given()
        .get("/evaluations/by-event-best")
        .then()
        .statusCode(200)
        .body("status", equalTo("SUCCEEDED"));
    given().get("/dead-letters").then().statusCode(200).body("size()", equalTo(0));
  }

  @Test
  void evaluatesACheckpointAndReportsIt() throws IOException {
    TinyWorld world = TinyWorld.madeApart(home);
    given()
        .contentType(ContentType.JSON)
        .body(
            Json.EVENTS.writeValueAsBytes(
                new EvaluationRequested(
                    world.checkpoint("packaged-best", "packaged"), TinyWorld.SPEC)))
        .post("/evaluations")
        .then()
        .statusCode(202);
    await()
        .atMost(Duration.ofMinutes(3))
        .untilAsserted(
            () ->
                given()
                    .get("/evaluations/packaged-best")
                    .then()
                    .body("status", equalTo("SUCCEEDED")));
    String page =
        given()
            .get("/experiments/packaged/report?format=html")
            .then()
            .statusCode(200)
            .body(containsString("packaged · GDPO report"))
            .extract()
            .asString();
    assertThat(page.length()).isGreaterThan(600_000);
  }
}
