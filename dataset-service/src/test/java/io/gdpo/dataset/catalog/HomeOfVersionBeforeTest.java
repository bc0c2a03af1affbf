package io.gdpo.dataset.catalog;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.gdpo.contracts.topic.Topics;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.embedded.RowsOfVersionBefore;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** What the version before left in its database, in each state, is there and goes on. */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "dataset"))
class HomeOfVersionBeforeTest extends DatasetAsking {
  private static final String SAME =
      """
      {"dataset_id": "before-ready", "spec": {"survey": "/data/survey.csv", "group": "Riverside"}}
      """;

  @Inject Flyway flyway;

  @Test
  void datasetsKeepTheirStateAndWhatWasAskedForIsBuilt() throws Exception {
    RowsOfVersionBefore.bringOver(
        flyway,
        List.of("db/platform/V0_1__outbox_and_inbox.sql", "db/migration/V1__datasets.sql"),
        "version-before/rows.sql");

    given()
        .get("/datasets/before-ready")
        .then()
        .body("state", equalTo("READY"))
        .body("uri", equalTo("file:///data/datasets/before-ready"))
        .body("examples.train", equalTo(2880))
        .body("requested_by", equalTo("before-river"))
        .body("spec.synthesis.respondents", equalTo(24))
        .body("finished_at", equalTo("2026-11-20T10:05:00Z"));
    given()
        .get("/datasets/before-failed")
        .then()
        .body("state", equalTo("FAILED"))
        .body("reason", equalTo("survey.csv, row 7: no shares for 'Riverside'"));

    // It is begun, and finds its survey gone.
    String failed =
        new String(
            awaitEvent(Topics.DATASETS, "before-requested", "io.gdpo.DatasetFailed").value(),
            StandardCharsets.UTF_8);
    assertThat(failed).contains("/data/survey.csv");
    given()
        .get("/datasets/before-requested")
        .then()
        .body("state", equalTo("FAILED"))
        .body("reason", containsString("/data/survey.csv"));

    topic.request(UUID.randomUUID().toString(), "before-ready", SAME);
    awaitEvent(Topics.DATASETS, "before-ready", "io.gdpo.DatasetReady");
  }
}
