package io.gdpo.trainer;

import static io.gdpo.trainer.support.Service.TOKENIZER;
import static io.gdpo.trainer.support.Service.awaitExperiment;
import static io.gdpo.trainer.support.Service.experiment;
import static io.gdpo.trainer.support.Service.submitYaml;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.event.CheckpointSaved;
import io.gdpo.contracts.event.DatasetFailed;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.event.EvaluationCompleted;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.contracts.event.ExperimentFinished;
import io.gdpo.contracts.event.JobFailed;
import io.gdpo.contracts.event.JobStarted;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.trainer.support.TestBroker;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever goes wrong is recorded, holds up nothing else, and can be asked for again. */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "trainer"))
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FailureFlowTest {
  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  @Inject EntityManager database;
  @Inject ArtifactStore artifacts;

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
  void aReasonOfAnyTextAndSizeEndsItsJobAndIsToldCutAndClean() {
    run("hostile-reason", "hostile");
    ExperimentFinished finished =
        broker.expect(ExperimentFinished.class, e -> e.experiment().equals("hostile-reason"));
    assertThat(finished.reason())
        .startsWith("stage 'hostile' failed: no \ufffd file \ufffd[31m \ufffd xxx")
        .hasSizeLessThanOrEqualTo(2000);
    assertThat(experiment("hostile-reason").reason()).isEqualTo(finished.reason());
    JobFailed failed = broker.expect(JobFailed.class, e -> e.experiment().equals("hostile-reason"));
    assertThat(failed.reason()).contains("characters in all").hasSizeLessThanOrEqualTo(2000);
  }

  @ParameterizedTest
  @CsvSource({
    "garbage, cannot be read",
    "huge, more than the 1048576 bytes",
    "silent, does not say how it ended",
    "full-heap, ran out of Java heap"
  })
  void aResultThatSaysNothingFailsItsJobWithWhatItIs(String stage, String reason) {
    run("result-" + stage, stage);
    ExperimentView view = awaitExperiment("result-" + stage, e -> e.finishedAt() != null);
    assertThat(view.status()).isEqualTo(ExperimentStatus.FAILED);
    assertThat(view.reason()).contains(reason);
  }

  @Test
  void aJobThatCannotBeLaunchedFailsWithTheReasonOfTheSystem() throws IOException {
    Path inTheWay = Path.of(artifacts.uri("jobs/in-the-way"));
    Files.createDirectories(inTheWay.getParent());
    Files.writeString(inTheWay, "a file where a folder should be");
    queued("blocked", "in-the-way", "{}");
    ExperimentView view = awaitExperiment("blocked", e -> e.finishedAt() != null);
    assertThat(view.reason()).contains("could not be started", "in-the-way", "FileAlreadyExists");
  }

  @Test
  void aJobThatCannotEvenBeReadIsGivenUpAndHoldsUpNoOther() {
    queued("unreadable", "unreadable-job", "{torn");
    run("beside-unreadable", "sft");
    broker.expect(
        CheckpointSaved.class, e -> e.checkpoint().experiment().equals("beside-unreadable"));
    ExperimentView view = awaitExperiment("unreadable", e -> e.finishedAt() != null);
    assertThat(view.reason()).contains("tried 5 times", "cannot be read in the database");
  }

  @Test
  void eachAttemptIsToldOnceWhateverItsProcessTells() {
    run("told", "crash-once");
    broker.expect(CheckpointSaved.class, e -> e.checkpoint().experiment().equals("told"));
    assertThat(broker.events(JobStarted.class).filter(e -> e.experiment().equals("told")))
        .extracting(JobStarted::attempt)
        .containsExactly(1, 2);
  }

  @Test
  void anExperimentThatFailedBeginsAgainWhereItFailedWhenItIsSubmittedAgain() {
    submitYaml(yaml("again", "sft", "dpo<sft")).then().statusCode(201);
    String first = requested("again", List.of());
    broker.send(new DatasetFailed(first, "the file was not there yet"));
    awaitExperiment("again", e -> e.status() == ExperimentStatus.FAILED);

    submitYaml(yaml("again", "sft", "dpo<sft"))
        .then()
        .statusCode(200)
        .body("status", equalTo("WAITING_FOR_DATASET"));
    broker.send(new DatasetReady(requested("again", List.of(first)), "file:/datasets/x", Map.of()));
    CheckpointSaved sft = saved("again", "sft", 1);
    CheckpointSaved dpo = saved("again", "dpo", 1);
    broker.send(completed(sft));
    broker.send(
        new EvaluationFailed(null, dpo.checkpoint().id(), "again", "dpo", "the disk was full"));
    awaitExperiment("again", e -> e.status() == ExperimentStatus.FAILED);

    submitYaml(yaml("again", "sft", "dpo<sft"))
        .then()
        .statusCode(200)
        .body("status", equalTo("RUNNING"));
    CheckpointSaved second = saved("again", "dpo", 2);
    assertThat(second.checkpoint()).isEqualTo(dpo.checkpoint());
    broker.send(completed(second));
    ExperimentView view = awaitExperiment("again", e -> e.status() == ExperimentStatus.SUCCEEDED);
    assertThat(view.reason()).isNull();
    assertThat(view.stages()).extracting(ExperimentView.StageView::attempts).containsExactly(1, 1);
  }

  @Test
  void equalSubmissionsAtOnceAreOne() throws Exception {
    String yaml = yaml("at-once", "sft");
    List<Integer> codes = atOnce(20, () -> submitYaml(yaml)).toList();
    assertThat(codes).containsOnlyOnce(201);
    assertThat(codes).filteredOn(code -> code != 201).hasSize(19).containsOnly(200);
  }

  @Test
  void manyReadersAtOnceAreAnsweredOrToldToComeBack() throws Exception {
    assertThat(atOnce(200, () -> given().get("/experiments")).toList()).isSubsetOf(200, 503);
  }

  @Test
  void experimentsAreListedByPages() {
    submitYaml(yaml("page-1", "sft")).then().statusCode(201);
    submitYaml(yaml("page-2", "sft")).then().statusCode(201);
    List<String> all = given().get("/experiments?limit=1000").path("name");
    given()
        .get("/experiments?limit=1&offset=1")
        .then()
        .statusCode(200)
        .body("name", equalTo(all.subList(1, 2)));
    given()
        .get("/experiments?limit=0")
        .then()
        .statusCode(400)
        .body("detail", containsString("limit must be from 1 to 1000"));
  }

  @Test
  void aSpecificationThatNoEventCouldCarryIsRefusedWithWords() {
    submitYaml(yaml("bulky", "sft").replace("/nowhere/", "/" + "x".repeat(1_100_000)))
        .then()
        .statusCode(413)
        .contentType("application/problem+json");
    given().get("/experiments/bulky").then().statusCode(404);
  }

  private void run(String name, String... stages) {
    submitYaml(yaml(name, stages)).then().statusCode(201);
    broker.send(new DatasetReady(requested(name, List.of()), "file:/datasets/x", Map.of()));
  }

  /** The dataset that the experiment asks for, other than these. */
  private String requested(String experiment, List<String> before) {
    return broker
        .expect(
            DatasetRequested.class,
            e -> experiment.equals(e.requestedBy()) && !before.contains(e.datasetId()))
        .datasetId();
  }

  /** The announcement of a stage's checkpoint, once it came so many times. */
  private CheckpointSaved saved(String experiment, String stage, int times) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                broker
                    .events(CheckpointSaved.class)
                    .filter(e -> e.checkpoint().experiment().equals(experiment))
                    .filter(e -> e.checkpoint().stage().equals(stage))
                    .toList(),
            found -> found.size() >= times)
        .get(times - 1);
  }

  private static EvaluationCompleted completed(CheckpointSaved saved) {
    return new EvaluationCompleted(
        saved.checkpoint().id(),
        saved.checkpoint().id(),
        saved.checkpoint().experiment(),
        saved.checkpoint().stage(),
        Map.of("jsd", 0.25),
        "file:/evaluations/x");
  }

  /** An experiment that waits for nothing, with a job as its database has it. */
  private void queued(String experiment, String job, String plan) {
    submitYaml(yaml(experiment, "sft")).then().statusCode(201);
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              execute(
                  "insert into job(id, experiment, stage, plan) values ('%s', '%s', 'sft', '%s')",
                  job, experiment, plan);
              execute(
                  "insert into work(id, kind, folder, subject, state, attempt, failures,"
                      + " cancel_requested, queued_at, not_before, term) values ('%s', 'train',"
                      + " 'jobs/%s', '%s', 'WAITING', 0, 0, false, now(), now(), 0)",
                  job, job, experiment);
              execute(
                  "update stage set status = 'RELEASED', job_id = '%s' where experiment = '%s'",
                  job, experiment);
              execute(
                  "update experiment set status = 'RUNNING', dataset_uri = 'file:/datasets/x' where"
                      + " name = '%s'",
                  experiment);
            });
  }

  private void execute(String sql, Object... values) {
    database.createNativeQuery(sql.formatted(values)).executeUpdate();
  }

  /** The status codes of requests by fifty clients at once. */
  private static Stream<Integer> atOnce(int times, Callable<Response> request) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(50);
    try {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        answers.add(clients.submit(() -> request.call().statusCode()));
      }
      List<Integer> codes = new ArrayList<>();
      for (Future<Integer> answer : answers) {
        codes.add(answer.get());
      }
      return codes.stream();
    } finally {
      clients.shutdownNow();
    }
  }

  private static String yaml(String name, String... stages) {
    return """
        name: %1$s
        dataset: {examples: "file:/nowhere/%1$s.jsonl"}
        model: {init: {tokenizer: "%2$s"}}
        stages:
        """
            .formatted(name, TOKENIZER)
        + Stream.of(stages).map(FailureFlowTest::stageYaml).collect(Collectors.joining());
  }

  /** A stage given as {@code name} or {@code name<parent}. */
  private static String stageYaml(String stage) {
    String[] parts = stage.split("<");
    return parts.length == 1
        ? "  - {name: %s, training: {loss: sft}}\n".formatted(stage)
        : "  - {name: %s, parent: %s, training: {loss: dpo}}\n".formatted(parts[0], parts[1]);
  }
}
