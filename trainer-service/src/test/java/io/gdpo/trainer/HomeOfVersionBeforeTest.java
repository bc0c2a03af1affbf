package io.gdpo.trainer;

import static io.gdpo.trainer.support.Service.awaitExperiment;
import static io.gdpo.trainer.support.Service.awaitStage;
import static io.gdpo.trainer.support.Service.experiment;
import static io.gdpo.trainer.support.Service.stage;
import static io.gdpo.trainer.support.Service.submitYaml;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.event.CheckpointSaved;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.event.ExperimentFinished;
import io.gdpo.contracts.event.JobCancelled;
import io.gdpo.contracts.event.JobQueued;
import io.gdpo.contracts.event.JobStarted;
import io.gdpo.contracts.state.EvaluationStatus;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.state.StageState;
import io.gdpo.contracts.topic.EventType;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageView;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.embedded.RowsOfVersionBefore;
import io.gdpo.trainer.support.TestBroker;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What the version before left in its database, in each state, is there and goes on. */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "trainer"))
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HomeOfVersionBeforeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final String RESULT =
      """
      {"status":"SUCCEEDED","step":10,"examples":320,"stopped_early":false,"best_step":8,"best_metric":0.5,
      "best_metrics":{"loss":0.5},"best_uri":"file:///data/jobs/before-unmeasured-sft/best/",
      "final_uri":"file:///data/jobs/before-unmeasured-sft/final/","max_length":128,"max_prompt_length":64,
      "seconds":12.5,"tokens_per_second":1000.0,"peak_resident_bytes":1048576,"estimated_peak_bytes":2097152}
      """;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  @Inject Flyway flyway;
  @Inject ArtifactStore artifacts;
  @Inject EntityManager database;

  TestBroker broker;

  @BeforeAll
  void bringOver() throws Exception {
    broker = new TestBroker(bootstrapServers);
    artifacts.write(
        "jobs/before-unmeasured-sft/result.json", RESULT.getBytes(StandardCharsets.UTF_8));
    RowsOfVersionBefore.bringOver(
        flyway,
        List.of(
            "db/platform/V0_1__outbox_and_inbox.sql", "db/migration/V1__experiments_and_jobs.sql"),
        "version-before/rows.sql");
  }

  @AfterAll
  void hangUp() throws InterruptedException {
    broker.close();
  }

  @Test
  void whatHadEndedStaysAsItEnded() {
    ExperimentView succeeded = experiment("before-succeeded");
    assertThat(succeeded.status()).isEqualTo(ExperimentStatus.SUCCEEDED);
    assertThat(succeeded.submittedAt()).isEqualTo(Instant.parse("2026-11-20T10:04:00Z"));
    assertThat(succeeded.finishedAt()).isEqualTo(Instant.parse("2026-11-20T10:30:00Z"));
    StageView gdpo = stage("before-succeeded", "gdpo");
    assertThat(gdpo.status()).isEqualTo(StageState.SUCCEEDED);
    assertThat(gdpo.evaluation().status()).isEqualTo(EvaluationStatus.SUCCEEDED);
    assertThat(gdpo.evaluation().metrics()).isEqualTo(Map.of("jsd", 0.25));
    given()
        .get("/jobs/before-succeeded-gdpo")
        .then()
        .body("status", equalTo("SUCCEEDED"))
        .body("attempts", equalTo(2))
        .body("failures", equalTo(1))
        .body("started_at", equalTo("2026-11-20T10:06:00Z"))
        .body("finished_at", equalTo("2026-11-20T10:09:00Z"))
        .body("progress.step", equalTo(5))
        .body("progress.metrics.loss", equalTo(1.5f));

    ExperimentView failed = experiment("before-failed");
    assertThat(failed.status()).isEqualTo(ExperimentStatus.FAILED);
    assertThat(failed.reason()).isEqualTo("stage 'sft' failed: the loss is NaN");
    given()
        .get("/jobs/before-failed-sft")
        .then()
        .body("status", equalTo("FAILED"))
        .body("reason", equalTo("the loss is NaN"));
    assertThat(experiment("before-cancelled").status()).isEqualTo(ExperimentStatus.CANCELLED);
    given().get("/jobs/before-cancelled-sft").then().body("status", equalTo("CANCELLED"));
  }

  @Test
  void whatRanGoesOnByItsNextAttemptAndEnds() {
    awaitStage("before-running", "gdpo", stage -> stage.status() == StageState.SUCCEEDED);

    assertThat(broker.expect(JobStarted.class, e -> e.jobId().equals("before-running-gdpo")))
        .isEqualTo(new JobStarted("before-running-gdpo", "before-running", "gdpo", 3));
    given()
        .get("/jobs/before-running-gdpo")
        .then()
        .body("attempts", equalTo(3))
        .body("failures", equalTo(1))
        .body("started_at", equalTo("2026-11-20T10:06:00Z"))
        .body("reason", nullValue());
    CheckpointSaved saved =
        broker.expect(
            CheckpointSaved.class, e -> e.checkpoint().jobId().equals("before-running-gdpo"));
    measured("before-running-sft-best", "sft");
    measured(saved.checkpoint().id(), "gdpo");
    awaitExperiment("before-running", e -> e.status() == ExperimentStatus.SUCCEEDED);
  }

  @Test
  void whatWaitedForItsTurnHasIt() {
    awaitStage("before-queued", "gdpo", stage -> stage.status() == StageState.SUCCEEDED);

    assertThat(
            broker.expect(JobStarted.class, e -> e.jobId().equals("before-queued-sft")).attempt())
        .isEqualTo(1);
  }

  @Test
  void whatWaitedForItsDatasetBeginsWhenThatIsReady() {
    assertThat(experiment("before-waiting").status())
        .isEqualTo(ExperimentStatus.WAITING_FOR_DATASET);

    broker.send(new DatasetReady("before-awaited", "file:///data/awaited", Map.of("train", 1L)));

    awaitStage("before-waiting", "sft", stage -> stage.status() == StageState.SUCCEEDED);
  }

  @Test
  void whatWasBeingCancelledIsCancelled() {
    ExperimentView cancelled =
        awaitExperiment("before-stopping", e -> e.status() == ExperimentStatus.CANCELLED);

    assertThat(cancelled.reason()).isEqualTo("cancelled on request");
    broker.expect(JobCancelled.class, e -> e.jobId().equals("before-stopping-sft"));
    given().get("/jobs/before-stopping-sft").then().body("attempts", equalTo(1));
  }

  @Test
  void aModelThatCouldNotBeMeasuredIsMeasuredWhenAskedAgainAndNotTrainedAgain() {
    submitYaml(
            """
            name: before-unmeasured
            seed: 3
            dataset: {survey: /data/survey.csv, group: Riverside}
            model: {init: {tokenizer: /data/tokenizer.json, layers: 1, hidden: 16, heads: 2, positions: 96}}
            stages:
              - {name: sft, training: {loss: sft, epochs: 1}}
              - {name: gdpo, parent: sft, training: {loss: gdpo, beta: 0.25, epochs: 1}}
            evaluation: {samples: 4}
            """)
        .then()
        .statusCode(200);

    CheckpointSaved saved =
        broker.expect(
            CheckpointSaved.class, e -> e.checkpoint().experiment().equals("before-unmeasured"));
    assertThat(saved.checkpoint().id()).isEqualTo("before-unmeasured-sft-best");
    assertThat(saved.checkpoint().modelUri())
        .isEqualTo("file:///data/jobs/before-unmeasured-sft/best/");
    measured(saved.checkpoint().id(), "sft");
    awaitExperiment("before-unmeasured", e -> e.status() == ExperimentStatus.SUCCEEDED);
    assertThat(broker.events(JobQueued.class))
        .noneMatch(e -> e.experiment().equals("before-unmeasured"));
  }

  @Test
  void whatWasTrueButNotSentIsSentAndWhatWasHandledIsNotHandledAgain() {
    assertThat(
            broker.expect(ExperimentFinished.class, e -> e.experiment().equals("before-succeeded")))
        .isEqualTo(new ExperimentFinished("before-succeeded", ExperimentStatus.SUCCEEDED, null));

    broker.send(new DatasetReady("before-data", "file:///moved", Map.of()), "handled-before");
    broker.send(new DatasetReady("before-last", "file:///data/last", Map.of()));
    await().atMost(PATIENCE).until(() -> !uriOf("before-last").isEmpty());
    assertThat(uriOf("before-data")).isEqualTo(List.of("file:///data/kept"));
  }

  /** As the version before told it: by the checkpoint, which has no other evaluation. */
  private void measured(String checkpoint, String stage) {
    broker.send(
        EventType.EVALUATION_COMPLETED,
        checkpoint,
        """
        {"checkpoint_id":"%s","experiment":"before-river","stage":"%s","metrics":{"jsd":0.5},"uri":"file:///data/e"}
        """
            .formatted(checkpoint, stage),
        UUID.randomUUID().toString());
  }

  private List<?> uriOf(String dataset) {
    return QuarkusTransaction.requiringNew()
        .call(
            () ->
                database
                    .createNativeQuery("select uri from ready_dataset where id = ?1")
                    .setParameter(1, dataset)
                    .getResultList());
  }
}
