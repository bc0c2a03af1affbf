package io.gdpo.evaluator.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.gdpo.contracts.event.EvaluationCancelRequested;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.embedded.RowsOfVersionBefore;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** What the version before left in its database, in each state, is there and goes on. */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "evaluator"))
class HomeOfVersionBeforeTest {
  @Inject Flyway flyway;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String broker;

  @Test
  void evaluationsKeepTheirCheckpointsIdAndStateAndOpenOnesGoOn() throws Exception {
    RowsOfVersionBefore.bringOver(
        flyway,
        List.of("db/platform/V0_1__outbox_and_inbox.sql", "db/migration/V1__evaluation.sql"),
        "version-before/rows.sql");

    try (OtherService topics = new OtherService(broker)) {
      topics.send(
          new EvaluationCancelRequested(
              "before-pending-best", "before-pending-best", "not needed"));
      given()
          .get("/evaluations/before-done-best")
          .then()
          .body("status", equalTo("SUCCEEDED"))
          .body("checkpoint_id", equalTo("before-done-best"))
          .body("metrics.jsd", equalTo(0.125f))
          .body("uri", equalTo("file:///gone/evaluations/before-done-best/evaluation.json"))
          .body("evaluation.samples", equalTo(4))
          .body("finished_at", equalTo("2026-11-20T10:05:00Z"));
      given()
          .get("/evaluations/before-failed-best")
          .then()
          .body("status", equalTo("FAILED"))
          .body("reason", equalTo("tried 3 times, at last: exit code 137"));

      // It is begun anew, and finds the checkpoint's files gone.
      awaitEvent(topics, "io.gdpo.EvaluationFailed", "before-running-best");
      given()
          .get("/evaluations/before-running-best")
          .then()
          .body("status", equalTo("FAILED"))
          .body("reason", containsString("/gone/"));
      awaitEvent(topics, "io.gdpo.EvaluationCancelled", "before-pending-best");
      given()
          .get("/experiments/before-river/report")
          .then()
          .statusCode(200)
          .body("complete", equalTo(true))
          .body("stages", hasSize(4));
    }
  }

  private static void awaitEvent(OtherService topics, String type, String key) {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(topics.events(Topics.EVALUATIONS, type, key)).hasSize(1));
  }
}
