package io.gdpo.dataset;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.dataset.catalog.DatasetTopic;
import io.gdpo.embedded.InfrastructureResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.http.ContentType;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The packaged service, on the JVM or as a native program: over REST, and by events. */
@QuarkusIntegrationTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "dataset"))
class DatasetServiceIT {
  private static final String SURVEY =
      Path.of("..", "examples", "survey.csv").toAbsolutePath().normalize().toString();

  @Test
  void aPostedSurveyBecomesADataset() {
    String id =
        given()
            .contentType(ContentType.JSON)
            .body(Map.of("survey", SURVEY, "group", "Riverside"))
            .post("/datasets")
            .then()
            .statusCode(202)
            .extract()
            .path("id");

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> given().get("/datasets/" + id).then().body("state", equalTo("READY")));
    String uri = given().get("/datasets/" + id).path("uri");
    assertThat(PreferenceDataset.read(Path.of(URI.create(uri))).train()).hasSize(2880);
    given()
        .get("/datasets/" + id + "/card")
        .then()
        .statusCode(200)
        .body("counts.questions", equalTo(40));
  }

  @Test
  void aDatasetAskedForByAnEventIsBuiltAndToldAndNothingIsADeadLetter() throws IOException {
    DatasetTopic topic = new DatasetTopic(System.getProperty("kafka.bootstrap.servers"));
    DatasetSpec spec =
        new DatasetSpec(null, SURVEY, null, "Harbor", null, null, null, null, null, null);
    topic.request(
        "event-1",
        "by-event",
        Json.EVENTS.writeValueAsString(new DatasetRequested("by-event", spec, "somebody", null)));

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(topic.events(Topics.DATASETS, "by-event", "io.gdpo.DatasetReady"))
                    .hasSize(1));
    given()
        .get("/datasets/by-event")
        .then()
        .statusCode(200)
        .body("state", equalTo("READY"))
        .body("spec.group", equalTo("Harbor"));
    given().get("/dead-letters").then().statusCode(200).body("size()", equalTo(0));
  }

  @Test
  void healthMetricsAndOpenApiAreServed() {
    given().get("/q/health").then().statusCode(200).body("status", equalTo("UP"));
    given().get("/q/metrics").then().statusCode(200).body(containsString("jvm_memory"));
    given()
        .get("/q/openapi")
        .then()
        .statusCode(200)
        .body(containsString("/datasets/{id}/card"))
        .body(containsString("source_sha256"));
  }
}
