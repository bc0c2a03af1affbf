package io.gdpo.trainer;

import static io.gdpo.trainer.support.Service.TOKENIZER;
import static io.gdpo.trainer.support.Service.awaitExperiment;
import static io.gdpo.trainer.support.Service.awaitStage;
import static io.gdpo.trainer.support.Service.experiment;
import static io.gdpo.trainer.support.Service.stage;
import static io.gdpo.trainer.support.Service.submitYaml;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.CheckpointSaved;
import io.gdpo.contracts.event.DatasetCancelRequested;
import io.gdpo.contracts.event.DatasetCancelled;
import io.gdpo.contracts.event.DatasetFailed;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.event.EvaluationCancelRequested;
import io.gdpo.contracts.event.EvaluationCancelled;
import io.gdpo.contracts.event.EvaluationCompleted;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.ExperimentCancelRequested;
import io.gdpo.contracts.event.ExperimentFinished;
import io.gdpo.contracts.event.ExperimentSubmitted;
import io.gdpo.contracts.event.ExperimentSuspendRequested;
import io.gdpo.contracts.event.ExperimentSuspended;
import io.gdpo.contracts.event.JobCancelRequested;
import io.gdpo.contracts.event.JobCancelled;
import io.gdpo.contracts.event.JobFailed;
import io.gdpo.contracts.event.JobQueued;
import io.gdpo.contracts.event.JobSucceeded;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.spec.CheckpointKind;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.state.StageState;
import io.gdpo.contracts.topic.EventType;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.trainer.support.ExperimentYaml;
import io.gdpo.trainer.support.ScriptedTraining;
import io.gdpo.trainer.support.TestBroker;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The control plane on a real broker, a real database and real child processes; only what happens
 * inside the training process is scripted, by the stage's name.
 */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "trainer"))
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExperimentFlowTest {
  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  @Inject EntityManager database;

  TestBroker broker;

  @BeforeAll
  void listen() {
    broker = new TestBroker(bootstrapServers);
  }

  @AfterAll
  void hangUp() throws InterruptedException {
    broker.close();
  }

  @Test
  void anExperimentIsTrainedStageByStageAndEndsWhenAllIsEvaluated() throws IOException {
    String yaml = yaml("happy", "sft", "dpo<sft", "gdpo<sft");
    submitYaml(yaml)
        .then()
        .statusCode(201)
        .header("Location", containsString("/experiments/happy"))
        .body("status", equalTo("WAITING_FOR_DATASET"))
        .body("stages.status", equalTo(List.of("PENDING", "PENDING", "PENDING")));

    DatasetRequested requested = datasetRequested("happy");
    assertThat(requested.spec().examples()).isEqualTo("file:/nowhere/happy.jsonl");
    assertThat(requested.spec().tokenizer()).isEqualTo(TOKENIZER);
    DatasetReady ready = new DatasetReady(requested.datasetId(), "file:/datasets/x", Map.of());
    broker.send(ready, "twice");
    broker.send(ready, "twice");
    broker.send(ready);

    Checkpoint sft = checkpoint("happy", "sft");
    Checkpoint dpo = checkpoint("happy", "dpo");
    Checkpoint gdpo = checkpoint("happy", "gdpo");
    assertThat(sft.step()).isEqualTo(8);
    assertThat(sft.kind()).isEqualTo(CheckpointKind.BEST);
    assertThat(sft.maxLength()).isEqualTo(128);
    assertThat(Path.of(URI.create(sft.modelUri())).resolve("config.json")).isRegularFile();
    assertThat(Path.of(URI.create(sft.progressUri())).resolve("000001.jsonl")).isRegularFile();
    TrainingJob root = trainingJob(sft);
    assertThat(root.model().init().tokenizer()).isEqualTo(TOKENIZER);
    assertThat(root.parentModelUri()).isNull();
    assertThat(root.referenceModelUri()).isNull();
    assertThat(root.datasetUri()).isEqualTo("file:/datasets/x");
    assertThat(root.threads()).isPositive();
    TrainingJob branch = trainingJob(dpo);
    assertThat(branch.model()).isNull();
    assertThat(branch.parentModelUri()).isEqualTo(sft.modelUri());
    assertThat(branch.referenceModelUri()).isEqualTo(sft.modelUri());
    assertThat(branch.seed()).isEqualTo(7);

    assertThat(plannedBytes(sft.jobId())).isEqualTo(ScriptedTraining.PLANNED_BYTES);
    assertThat(plannedBytes(dpo.jobId())).as("its plan does not know").isZero();
    given()
        .get("/experiments/happy/plan")
        .then()
        .statusCode(200)
        .body("stages[0].memory.bytes", equalTo(ScriptedTraining.PLANNED_BYTES));
    given()
        .get("/experiments/happy/samples")
        .then()
        .statusCode(409)
        .body("detail", containsString("has no samples of a plan"));

    assertThat(experiment("happy").status()).isEqualTo(ExperimentStatus.RUNNING);
    for (Checkpoint checkpoint : List.of(sft, dpo, gdpo)) {
      broker.send(evaluated(checkpoint));
    }
    ExperimentFinished finished =
        broker.expect(ExperimentFinished.class, e -> e.experiment().equals("happy"));
    assertThat(finished.status()).isEqualTo(ExperimentStatus.SUCCEEDED);

    ExperimentView view = experiment("happy");
    assertThat(view.status()).isEqualTo(ExperimentStatus.SUCCEEDED);
    assertThat(view.finishedAt()).isNotNull();
    assertThat(view.stages())
        .allSatisfy(
            s -> {
              assertThat(s.status()).isEqualTo(StageState.SUCCEEDED);
              assertThat(s.attempts()).isEqualTo(1);
              assertThat(s.progress().step()).isEqualTo(10);
              assertThat(s.evaluation().metrics()).containsEntry("jsd", 0.25);
            });
    assertThat(broker.events(JobQueued.class).filter(e -> e.experiment().equals("happy")))
        .extracting(JobQueued::stage)
        .containsExactly("sft", "dpo", "gdpo");
    assertThat(broker.events(JobSucceeded.class).filter(e -> e.experiment().equals("happy")))
        .hasSize(3);
    given()
        .queryParam("tail", 1)
        .get("/jobs/" + sft.jobId() + "/logs")
        .then()
        .statusCode(200)
        .body(equalTo("attempt 1 of sft\n"));

    broker.send(
        new EvaluationFailed(
            null, sft.id(), "happy", "sft", "an evaluator that wakes up too late"));
    broker.send(new DatasetFailed(requested.datasetId(), "too late"));
    handledBefore(Topics.EVALUATIONS);
    handledBefore(Topics.DATASETS);
    assertThat(experiment("happy")).isEqualTo(view);
  }

  @Test
  void aCrashedProcessIsStartedAgainAndTheJobSucceeds() {
    run("crashing-once", "crash-once");
    Checkpoint checkpoint = checkpoint("crashing-once", "crash-once");
    assertThat(stage("crashing-once", "crash-once").attempts()).isEqualTo(2);
    given()
        .get("/jobs/" + checkpoint.jobId() + "/logs")
        .then()
        .body(containsString("about to crash"))
        .body(containsString("attempt 2 of crash-once"));
    given().get("/jobs/" + checkpoint.jobId()).then().body("failures", equalTo(1));
  }

  @Test
  void aProcessThatKeepsCrashingFailsItsStageAndWhatStartsFromIt() {
    run("crashing", "crash-always", "dpo<crash-always");
    ExperimentFinished finished =
        broker.expect(ExperimentFinished.class, e -> e.experiment().equals("crashing"));
    assertThat(finished.status()).isEqualTo(ExperimentStatus.FAILED);
    assertThat(finished.reason())
        .startsWith("stage 'crash-always' failed: ")
        .contains("3 times")
        .contains("exit code 41")
        .contains("about to crash");
    ExperimentView view = experiment("crashing");
    assertThat(view.status()).isEqualTo(ExperimentStatus.FAILED);
    assertThat(view.stages().get(0).attempts()).isEqualTo(3);
    assertThat(view.stages().get(1).status()).isEqualTo(StageState.FAILED);
    assertThat(view.stages().get(1).reason())
        .isEqualTo("stage 'crash-always', which it starts from, failed");
    broker.expect(JobFailed.class, e -> e.experiment().equals("crashing"));
  }

  @Test
  void aProcessThatTheSystemKillsFailsWithTheMemoryThatItSaidItNeeds() {
    run("starved", "out-of-memory");
    ExperimentFinished finished =
        broker.expect(ExperimentFinished.class, e -> e.experiment().equals("starved"));
    assertThat(finished.reason())
        .contains("exit code 137")
        .contains("because memory ran out: the job said memory: about 9,876 MB");
  }

  @Test
  void aJobThatSaysWhyItFailedIsNotTriedAgain() {
    run("diverging", "diverging");
    ExperimentFinished finished =
        broker.expect(ExperimentFinished.class, e -> e.experiment().equals("diverging"));
    assertThat(finished.reason()).isEqualTo("stage 'diverging' failed: loss is NaN");
    assertThat(stage("diverging", "diverging").attempts()).isEqualTo(1);
  }

  @Test
  void aFailedDatasetFailsTheExperiment() {
    submitYaml(yaml("no-data", "sft")).then().statusCode(201);
    broker.send(new DatasetFailed(datasetRequested("no-data").datasetId(), "row 3: no such group"));
    ExperimentFinished finished =
        broker.expect(ExperimentFinished.class, e -> e.experiment().equals("no-data"));
    assertThat(finished.status()).isEqualTo(ExperimentStatus.FAILED);
    assertThat(finished.reason()).contains("row 3: no such group");
  }

  @Test
  void aCancelledExperimentStopsItsProcessesAndStartsNothing() throws IOException {
    run("cancelled", "slow", "dpo<slow");
    String job = awaitStage("cancelled", "slow", s -> s.progress() != null).jobId();
    given().post("/experiments/cancelled/cancel").then().statusCode(200);
    ExperimentFinished finished =
        broker.expect(ExperimentFinished.class, e -> e.experiment().equals("cancelled"));
    assertThat(finished.status()).isEqualTo(ExperimentStatus.CANCELLED);
    broker.expect(JobCancelled.class, e -> e.jobId().equals(job));
    assertThat(experiment("cancelled").stages())
        .extracting(ExperimentView.StageView::status)
        .containsExactly(StageState.CANCELLED, StageState.CANCELLED);
    assertThat(process(job)).isEmpty();
    given().post("/experiments/cancelled/cancel").then().statusCode(200);
  }

  @Test
  void aSuspendedExperimentTrainsNothingUntilItIsResumed() throws IOException {
    run("suspended", "slow", "dpo<slow");
    String job = awaitStage("suspended", "slow", s -> s.progress() != null).jobId();
    given()
        .post("/experiments/suspended/suspend")
        .then()
        .statusCode(200)
        .body("suspended", equalTo(true));
    broker.expect(
        ExperimentSuspended.class, e -> e.experiment().equals("suspended") && e.suspended());
    awaitStage("suspended", "slow", s -> s.status() == StageState.QUEUED);
    assertThat(stage("suspended", "slow").waitsFor()).contains("suspended");
    assertThat(process(job)).isEmpty();
    given().get("/jobs/" + job).then().body("failures", equalTo(0));

    broker.send(new ExperimentSuspendRequested("suspended", false));
    broker.expect(
        ExperimentSuspended.class, e -> e.experiment().equals("suspended") && !e.suspended());
    awaitStage("suspended", "slow", s -> s.attempts() == 2 && s.status() == StageState.RUNNING);
    assertThat(experiment("suspended").suspended()).isNull();
    given().post("/experiments/suspended/cancel").then().statusCode(200);
    awaitExperiment("suspended", e -> e.status() == ExperimentStatus.CANCELLED);
    given().post("/experiments/suspended/resume").then().statusCode(409);
  }

  @Test
  void whatBecomesReadyWhileItsExperimentIsSuspendedWaitsAndCanBeCancelled() {
    submitYaml(yaml("held", "sft")).then().statusCode(201);
    DatasetRequested requested = datasetRequested("held");
    broker.send(new ExperimentSuspendRequested("held", null));
    awaitExperiment("held", e -> e.suspended() != null);
    broker.send(new DatasetReady(requested.datasetId(), "file:/datasets/x", Map.of()));
    awaitStage("held", "sft", s -> s.waitsFor() != null && s.waitsFor().contains("suspended"));
    assertThat(stage("held", "sft").attempts()).isZero();
    given().post("/experiments/held/cancel").then().statusCode(200);
    awaitExperiment("held", e -> e.status() == ExperimentStatus.CANCELLED);
  }

  @Test
  void aCancelledJobEndsItsExperiment() {
    run("job-cancelled", "slow");
    String job = awaitStage("job-cancelled", "slow", s -> s.progress() != null).jobId();
    given().post("/jobs/" + job + "/cancel").then().statusCode(200);
    assertThat(awaitExperiment("job-cancelled", e -> e.finishedAt() != null).status())
        .isEqualTo(ExperimentStatus.CANCELLED);
  }

  @Test
  void aKilledProcessGoesOn() throws IOException {
    run("killed", "slow");
    String job = awaitStage("killed", "slow", s -> s.progress() != null).jobId();
    process(job).orElseThrow().destroyForcibly();
    awaitStage("killed", "slow", s -> s.attempts() == 2 && s.status() == StageState.RUNNING);
    given().get("/jobs/" + job).then().body("failures", equalTo(1));
    given().post("/experiments/killed/cancel").then().statusCode(200);
    awaitExperiment("killed", e -> e.status() == ExperimentStatus.CANCELLED);
    given()
        .post("/experiments/killed/cancel")
        .then()
        .statusCode(200)
        .body("status", equalTo("CANCELLED"));
  }

  @Test
  void aJobWhoseProcessEndedWithAKilledServiceGoesOnWithoutCountingAsFailed() {
    submitYaml(yaml("orphaned", "sft")).then().statusCode(201);
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              execute(
                  "insert into job(id, experiment, stage, plan) values ('orphan', 'orphaned', 'sft',"
                      + " '{}')");
              execute(
                  "insert into work(id, kind, folder, subject, state, attempt, failures,"
                      + " cancel_requested, queued_at, not_before, holder, term, lease_until) values"
                      + " ('orphan', 'train', 'jobs/orphan', 'orphaned', 'RUNNING', 1, 0, false,"
                      + " now(), now(), 'a replica that was killed', 4, now() + interval '1 second')");
              execute(
                  "update stage set status = 'RELEASED', job_id = 'orphan' where experiment ="
                      + " 'orphaned'");
              execute("update experiment set status = 'RUNNING' where name = 'orphaned'");
            });
    checkpoint("orphaned", "sft");
    assertThat(stage("orphaned", "sft").attempts()).isEqualTo(2);
    given().get("/jobs/orphan").then().body("failures", equalTo(0));
  }

  @Test
  void anExperimentCanBeSubmittedByOneRecordTwice() {
    ExperimentSubmitted command = new ExperimentSubmitted(spec(yaml("by-kafka", "sft")));
    broker.send(command);
    broker.send(command);
    DatasetRequested requested = datasetRequested("by-kafka");
    broker.send(new DatasetReady(requested.datasetId(), "file:/datasets/x", Map.of()));
    broker.send(evaluated(checkpoint("by-kafka", "sft")));
    assertThat(awaitExperiment("by-kafka", e -> e.finishedAt() != null).status())
        .isEqualTo(ExperimentStatus.SUCCEEDED);
    assertThat(broker.events(DatasetRequested.class))
        .filteredOn(e -> "by-kafka".equals(e.requestedBy()))
        .hasSize(1);
  }

  @Test
  void anExperimentWhoseModelCannotBeTrainedIsRefusedBeforeADatasetIsAskedFor() {
    String yaml = yaml("untrainable", "sft").replace(TOKENIZER, "file:/nowhere/tokenizer.json");
    submitYaml(yaml)
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("detail", containsString("model.init.tokenizer: "))
        .body("detail", containsString("/nowhere/tokenizer.json"));
    broker.expect(ExperimentFinished.class, e -> e.experiment().equals("untrainable"));
    submitYaml(yaml("untrainable", "sft")).then().statusCode(201);
    given().post("/experiments/untrainable/cancel").then().statusCode(200);
    broker.send(
        new DatasetCancelled(
            datasetRequested("untrainable").datasetId(), "untrainable", "cancelled on request"));
    awaitExperiment("untrainable", e -> e.status() == ExperimentStatus.CANCELLED);

    String other = yaml.replace("untrainable", "untrainable-by-event");
    broker.send(new ExperimentSubmitted(spec(other)));
    ExperimentFinished finished =
        broker.expect(ExperimentFinished.class, e -> e.experiment().equals("untrainable-by-event"));
    assertThat(finished.status()).isEqualTo(ExperimentStatus.FAILED);
    assertThat(finished.reason()).contains("model.init.tokenizer: ", "/nowhere/tokenizer.json");
    assertThat(stage("untrainable-by-event", "sft").status()).isEqualTo(StageState.FAILED);
    assertThat(broker.events(DatasetRequested.class))
        .noneMatch(e -> "untrainable-by-event".equals(e.requestedBy()));
  }

  @Test
  void cancellingAnExperimentEndsTheBuildOfItsDatasetAndItsEvaluationsAndIsOverWhenTheyAre() {
    submitYaml(yaml("waits", "sft")).then().statusCode(201);
    String dataset = datasetRequested("waits").datasetId();
    broker.send(new ExperimentCancelRequested("waits"));
    broker.expect(DatasetCancelRequested.class, e -> e.datasetId().equals(dataset));
    assertThat(experiment("waits").status()).isEqualTo(ExperimentStatus.WAITING_FOR_DATASET);
    broker.send(new DatasetCancelled(dataset, "waits", "cancelled on request"));
    awaitExperiment("waits", e -> e.status() == ExperimentStatus.CANCELLED);

    run("measured", "sft");
    Checkpoint checkpoint = checkpoint("measured", "sft");
    given().post("/experiments/measured/cancel").then().statusCode(200);
    broker.expect(EvaluationCancelRequested.class, e -> e.checkpointId().equals(checkpoint.id()));
    assertThat(experiment("measured").status()).isEqualTo(ExperimentStatus.RUNNING);
    broker.send(
        new EvaluationCancelled(checkpoint.id(), checkpoint.id(), "measured", "sft", "cancelled"));
    awaitExperiment("measured", e -> e.status() == ExperimentStatus.CANCELLED);
    assertThat(broker.events(ExperimentFinished.class))
        .filteredOn(e -> e.experiment().equals("measured"))
        .hasSize(1);
  }

  @Test
  void experimentsOverOneContentAskForOneDatasetAndTheEndOfOneLeavesItToTheOther(
      @TempDir Path folder) throws IOException {
    Path source = Files.writeString(folder.resolve("examples.jsonl"), "one content");
    String one = over(source, "over-one");
    String sha256 = Sources.sha256(source);
    submitYaml(one).then().statusCode(201);
    submitYaml(over(source, "over-one-too")).then().statusCode(201);
    DatasetRequested requested = datasetRequested("over-one");
    assertThat(requested.sourceSha256()).isEqualTo(sha256);
    assertThat(requested.datasetId()).isEqualTo(spec(one).dataset().idFor(sha256));
    assertThat(datasetRequested("over-one-too").datasetId()).isEqualTo(requested.datasetId());
    Files.writeString(source, "another content");
    submitYaml(over(source, "over-another")).then().statusCode(201);
    assertThat(datasetRequested("over-another").datasetId()).isNotEqualTo(requested.datasetId());

    given().post("/experiments/over-one/cancel").then().statusCode(200);
    broker.expect(DatasetCancelRequested.class, e -> "over-one".equals(e.requestedBy()));
    broker.send(new DatasetCancelled(requested.datasetId(), "over-one", "cancelled on request"));
    awaitExperiment("over-one", e -> e.status() == ExperimentStatus.CANCELLED);
    assertThat(experiment("over-one-too").status()).isEqualTo(ExperimentStatus.WAITING_FOR_DATASET);
    broker.send(new DatasetReady(requested.datasetId(), "file:/datasets/x", Map.of()));
    checkpoint("over-one-too", "sft");
    assertThat(experiment("over-another").status()).isEqualTo(ExperimentStatus.WAITING_FOR_DATASET);
  }

  private static String over(Path source, String name) {
    return yaml(name, "sft").replace("file:/nowhere/" + name + ".jsonl", source.toUri().toString());
  }

  @Test
  void aDatasetIsUsedByNameOnceItIsReady() {
    String yaml =
        yaml("by-id", "sft").replace("examples: file:/nowhere/by-id.jsonl", "id: ready-made");
    submitYaml(yaml)
        .then()
        .statusCode(400)
        .body("errors.field", hasItem("dataset.id"))
        .body("errors.message", hasItem(containsString("no dataset 'ready-made' is ready")));
    broker.send(new DatasetReady("ready-made", "file:/datasets/ready-made", Map.of()));
    handledBefore(Topics.DATASETS);
    submitYaml(yaml)
        .then()
        .statusCode(201)
        .body("status", equalTo("RUNNING"))
        .body("dataset_uri", equalTo("file:/datasets/ready-made"));
    broker.send(evaluated(checkpoint("by-id", "sft")));
    awaitExperiment("by-id", e -> e.status() == ExperimentStatus.SUCCEEDED);
    assertThat(broker.events(DatasetRequested.class))
        .noneMatch(e -> "by-id".equals(e.requestedBy()));
  }

  @Test
  void everythingWrongWithAnExperimentIsListed() {
    submitYaml(
            yaml("Wrong Name", "sft<sft", "dpo<nobody")
                .replace("loss: dpo", "loss: dpo, beta: 0")
                .replace("group:", "synthesis: {respondents: 1}\n  group:"))
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("errors.field", hasItem("name"))
        .body("errors.field", hasItem("stages[0].parent"))
        .body("errors.field", hasItem("stages[1].parent"))
        .body("errors.field", hasItem("stages[1].training.beta"))
        .body("errors.field", hasItem("dataset.synthesis.respondents"));
  }

  @Test
  void aMisspeltSettingIsRefusedByNameAndLine() {
    submitYaml(yaml("typo", "sft").replace("loss: sft", "loss: sft, learning_rat: 0.1"))
        .then()
        .statusCode(400)
        .body("detail", containsString("learning_rat"))
        .body("detail", containsString("line 11"));
    given()
        .contentType("application/json")
        .body("{\"name\": \"typo\", \"name\": \"typo\"}")
        .post("/experiments")
        .then()
        .statusCode(400)
        .body("detail", containsString("Duplicate field 'name'"));
    submitYaml("name: [").then().statusCode(400).contentType("application/problem+json");
    submitYaml("").then().statusCode(400).contentType("application/problem+json");

    ExperimentSubmitted fine = new ExperimentSubmitted(spec(yaml("typo", "sft")));
    String typo = json(fine).replace("\"learning_rate\"", "\"learning_rat\"");
    broker.send(EventType.EXPERIMENT_SUBMITTED, "typo", typo, UUID.randomUUID().toString());
    assertThat(broker.expectDeadLetter(Topics.EXPERIMENTS, "typo")).contains("learning_rat");
    given().get("/experiments/typo").then().statusCode(404);
  }

  @Test
  void anInvalidExperimentByKafkaIsADeadLetterWithAllProblems() {
    broker.send(
        EventType.EXPERIMENT_SUBMITTED, "invalid", "{\"spec\": {\"name\": \"invalid\"}}", "i1");
    assertThat(broker.expectDeadLetter(Topics.EXPERIMENTS, "invalid"))
        .contains("dataset: is missing")
        .contains("model: is missing")
        .contains("stages: an experiment needs at least one stage");
    given().get("/experiments/invalid").then().statusCode(404);
  }

  @Test
  void poisonOnAnyTopicIsADeadLetterAndTheNextRecordIsHandled() {
    for (EventType type :
        List.of(
            EventType.EXPERIMENT_SUBMITTED,
            EventType.DATASET_READY,
            EventType.JOB_PROGRESSED,
            EventType.EVALUATION_COMPLETED)) {
      broker.send(type, "poison", "{\"torn", UUID.randomUUID().toString());
      assertThat(broker.expectDeadLetter(type.topic(), "poison")).isNotBlank();
    }
    run("after-poison", "slow", "dpo<slow");
    String job = awaitStage("after-poison", "slow", s -> s.progress() != null).jobId();
    broker.send(new JobCancelRequested(job, null));
    awaitExperiment("after-poison", e -> e.status() == ExperimentStatus.CANCELLED);

    run("after-poison-2", "sft");
    broker.send(evaluated(checkpoint("after-poison-2", "sft")));
    awaitExperiment("after-poison-2", e -> e.status() == ExperimentStatus.SUCCEEDED);
  }

  @Test
  void whatDoesNotExistIsNamed() {
    for (String path : List.of("/experiments/nobody", "/jobs/nobody", "/jobs/nobody/logs")) {
      given()
          .get(path)
          .then()
          .statusCode(404)
          .contentType("application/problem+json")
          .body("detail", containsString("'nobody'"));
    }
    given().post("/experiments/nobody/cancel").then().statusCode(404);
    given().post("/jobs/nobody/cancel").then().statusCode(404);
  }

  @Test
  void experimentsAreListedAndTheServiceTellsOfItsHealthAndMetrics() {
    submitYaml(yaml("listed", "sft")).then().statusCode(201);
    given().get("/experiments").then().statusCode(200).body("name", hasItem("listed"));
    given().get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
    given().get("/q/metrics").then().statusCode(200).body(containsString("gdpo_work_items{"));
  }

  /** Submits an experiment and gives it its dataset. */
  private void run(String name, String... stages) {
    submitYaml(yaml(name, stages)).then().statusCode(201);
    broker.send(new DatasetReady(datasetRequested(name).datasetId(), "file:/datasets/x", Map.of()));
  }

  @Test
  void aModelOfTheHubGoesToTheJobByItsName() throws IOException {
    String init = "\n  init:\n    tokenizer: " + TOKENIZER + "\n";
    String yaml = yaml("of-the-hub", "dpo");
    assertThat(yaml).contains(init);
    submitYaml(yaml.replace(init, " owner/name@v1\n")).then().statusCode(201);

    DatasetRequested requested = datasetRequested("of-the-hub");
    assertThat(requested.spec().tokenizer()).isNull();
    broker.send(new DatasetReady(requested.datasetId(), "file:/datasets/x", Map.of()));

    TrainingJob job = trainingJob(checkpoint("of-the-hub", "dpo"));
    assertThat(job.model().hub()).isEqualTo("owner/name@v1");
    assertThat(job.referenceModelUri()).isNull();
  }

  private DatasetRequested datasetRequested(String experiment) {
    return broker.expect(DatasetRequested.class, e -> experiment.equals(e.requestedBy()));
  }

  private Checkpoint checkpoint(String experiment, String stage) {
    return broker
        .expect(
            CheckpointSaved.class,
            e ->
                e.checkpoint().experiment().equals(experiment)
                    && e.checkpoint().stage().equals(stage))
        .checkpoint();
  }

  /**
   * Returns when everything sent to this topic before was handled: by a poison record behind it.
   */
  private void handledBefore(String topic) {
    EventType type =
        Stream.of(EventType.values())
            .filter(t -> t.topic().equals(topic))
            .findFirst()
            .orElseThrow();
    String key = "marker-" + UUID.randomUUID();
    broker.send(type, key, "{\"torn", key);
    broker.expectDeadLetter(topic, key);
  }

  /** What a job's row holds of its plan. */
  private long plannedBytes(String jobId) {
    return QuarkusTransaction.requiringNew()
        .call(
            () ->
                ((Number)
                        database
                            .createNativeQuery(
                                "select coalesce((plan::json->>'memory_bytes')::bigint, 0) from job"
                                    + " where id = ?1")
                            .setParameter(1, jobId)
                            .getSingleResult())
                    .longValue());
  }

  private void execute(String sql) {
    database.createNativeQuery(sql).executeUpdate();
  }

  private static EvaluationCompleted evaluated(Checkpoint checkpoint) {
    return new EvaluationCompleted(
        checkpoint.id(),
        checkpoint.id(),
        checkpoint.experiment(),
        checkpoint.stage(),
        Map.of("jsd", 0.25),
        "file:/evaluations/" + checkpoint.id());
  }

  private static TrainingJob trainingJob(Checkpoint checkpoint) throws IOException {
    Path folder = Path.of(URI.create(checkpoint.progressUri())).getParent();
    return Json.EVENTS.readValue(Files.readAllBytes(folder.resolve("job.json")), TrainingJob.class);
  }

  /** The job's process, while it lives. */
  private static Optional<ProcessHandle> process(String job) throws IOException {
    String folder = given().get("/jobs/" + job).then().extract().path("folder_uri");
    String pid = Files.readString(Path.of(URI.create(folder)).resolve("pid"));
    return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive);
  }

  /** An experiment whose stages are given as {@code name} or {@code name<parent}. */
  private static String yaml(String name, String... stages) {
    return ExperimentYaml.of(name, List.of(stages));
  }

  private static ExperimentSpec spec(String yaml) {
    try {
      return Json.YAML_SPECS.readValue(yaml, ExperimentSpec.class);
    } catch (IOException e) {
      throw new IllegalArgumentException(yaml, e);
    }
  }

  private static String json(Event event) {
    try {
      return Json.EVENTS.writeValueAsString(event);
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
