package io.gdpo.trainer;

import static io.gdpo.trainer.support.Service.awaitExperiment;
import static io.gdpo.trainer.support.Service.submitYaml;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasKey;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.DatasetCancelRequested;
import io.gdpo.contracts.event.DatasetCancelled;
import io.gdpo.contracts.event.DatasetFailed;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.event.ExperimentSubmitted;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.state.StageState;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.trainer.support.Service;
import io.gdpo.trainer.support.TestBroker;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The packaged service, on the JVM or as a native program, from outside: its REST interface, and
 * that it can run itself as a job.
 */
@QuarkusIntegrationTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "trainer"))
@Timeout(90)
class TrainerServiceIT {

  @Test
  void anInvalidExperimentIsRefusedWithAllItsProblems() {
    submitYaml(
            """
            name: Not A Name
            dataset: {survey: file:/nowhere/survey.csv}
            model: {}
            stages:
              - name: sft
                parent: nobody
                training: {loss: guess, beta: 0}
            """)
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("title", equalTo("Invalid specification"))
        .body(
            "errors.field",
            hasItems(
                "name",
                "dataset.group",
                "model",
                "stages[0].parent",
                "stages[0].training.loss",
                "stages[0].training.beta"));
  }

  @Test
  void anExperimentIsTakenInShownListedAndCancelled() throws Exception {
    String yaml = yaml("packaged", "file:/nowhere/examples.jsonl");
    submitYaml(yaml).then().statusCode(201).body("stages.name", hasItem("sft"));
    submitYaml(yaml).then().statusCode(200);
    given()
        .get("/experiments/packaged")
        .then()
        .statusCode(200)
        .body("status", equalTo("WAITING_FOR_DATASET"));
    given().get("/experiments").then().body("name", hasItem("packaged"));
    given().post("/experiments/packaged/cancel").then().statusCode(200);
    try (TestBroker broker = new TestBroker(System.getProperty("kafka.bootstrap.servers"))) {
      DatasetCancelRequested requested =
          broker.expect(DatasetCancelRequested.class, e -> e.requestedBy().equals("packaged"));
      broker.send(new DatasetCancelled(requested.datasetId(), "packaged", "cancelled on request"));
    }
    ExperimentView view = awaitExperiment("packaged", e -> e.finishedAt() != null);
    assertThat(view.status()).isEqualTo(ExperimentStatus.CANCELLED);
    assertThat(view.stages().get(0).status()).isEqualTo(StageState.CANCELLED);
  }

  @Test
  void anExperimentSubmittedByAnEventIsTakenInAndNothingIsADeadLetter() throws Exception {
    try (TestBroker broker = new TestBroker(System.getProperty("kafka.bootstrap.servers"))) {
      ExperimentSpec spec =
          Json.YAML_SPECS.readValue(
              yaml("by-event", "file:/nowhere/by-event.jsonl"), ExperimentSpec.class);
      broker.send(new ExperimentSubmitted(spec));
      DatasetRequested requested =
          broker.expect(DatasetRequested.class, e -> e.requestedBy().equals("by-event"));
      broker.send(new DatasetFailed(requested.datasetId(), "there is no such file"));
    }
    ExperimentView view = awaitExperiment("by-event", e -> e.finishedAt() != null);
    assertThat(view.status()).isEqualTo(ExperimentStatus.FAILED);
    assertThat(view.reason()).contains("there is no such file");
    given().get("/dead-letters").then().statusCode(200).body("size()", equalTo(0));
  }

  @Test
  void theServiceRunsItselfAsTheTrainingProcess() throws Exception {
    try (TestBroker broker = new TestBroker(System.getProperty("kafka.bootstrap.servers"))) {
      submitYaml(yaml("no-files", "file:/nowhere/examples.jsonl")).then().statusCode(201);
      DatasetRequested requested =
          broker.expect(DatasetRequested.class, e -> e.requestedBy().equals("no-files"));
      broker.send(new DatasetReady(requested.datasetId(), "file:/nowhere/dataset", Map.of()));
    }
    ExperimentView view = awaitExperiment("no-files", e -> e.finishedAt() != null);
    assertThat(view.status()).isEqualTo(ExperimentStatus.FAILED);
    assertThat(view.reason()).startsWith("stage 'sft' failed: ").contains("/nowhere/");
    assertThat(view.stages().get(0).attempts()).isEqualTo(1);
    given()
        .get("/jobs/" + view.stages().get(0).jobId() + "/logs")
        .then()
        .statusCode(200)
        .body(containsString("/nowhere/"));
  }

  @Test
  void itDescribesItselfAndTellsOfItsHealth() {
    given()
        .accept("application/json")
        .get("/q/openapi")
        .then()
        .statusCode(200)
        .body("paths", hasKey("/experiments/{name}/cancel"))
        .body("paths", hasKey("/jobs/{id}/logs"))
        .body("components.schemas.TrainingSpec.properties", hasKey("learning_rate"));
    given()
        .get("/q/health")
        .then()
        .statusCode(200)
        .body("checks.name", hasItem("work"))
        .body("checks.status", everyItem(equalTo("UP")));
    given().get("/q/metrics").then().statusCode(200).body(containsString("http_server"));
  }

  private static String yaml(String name, String examples) {
    return """
        name: %s
        dataset: {examples: "%s"}
        model: {init: {tokenizer: "%s"}}
        stages:
          - name: sft
            training: {loss: sft}
        """
        .formatted(name, examples, Service.TOKENIZER);
  }
}
