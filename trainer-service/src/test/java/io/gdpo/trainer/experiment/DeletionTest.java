package io.gdpo.trainer.experiment;

import static io.gdpo.trainer.support.Service.awaitExperiment;
import static io.gdpo.trainer.support.Service.awaitStage;
import static io.gdpo.trainer.support.Service.experiment;
import static io.gdpo.trainer.support.Service.submitYaml;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import io.gdpo.contracts.event.CheckpointSaved;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.contracts.event.Retention.CheckpointsDeleted;
import io.gdpo.contracts.event.Retention.DatasetDeleted;
import io.gdpo.contracts.event.Retention.DatasetHoldRequested;
import io.gdpo.contracts.event.Retention.DatasetReleaseRequested;
import io.gdpo.contracts.event.Retention.ExperimentDeleteRequested;
import io.gdpo.contracts.event.Retention.ExperimentDeleted;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.platform.retention.Discarded;
import io.gdpo.trainer.job.JobDeletion;
import io.gdpo.trainer.support.ExperimentYaml;
import io.gdpo.trainer.support.TestBroker;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes when an experiment is deleted, and what stays. */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "trainer"))
@Timeout(60)
class DeletionTest {
  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  @Inject ExperimentDeletion deletion;
  @Inject JobDeletion jobs;
  @Inject Discarded discarded;

  private static Checkpoint kept;

  private TestBroker broker;

  @BeforeEach
  void listen() {
    broker = new TestBroker(bootstrapServers);
  }

  @AfterEach
  void hangUp() throws InterruptedException {
    broker.close();
  }

  @Test
  void an_experiment_goes_with_its_jobs_and_files_and_its_dataset_is_released() throws IOException {
    Checkpoint checkpoint = finished("gone");
    Path folder = folder(checkpoint);
    Path plan = folder.resolveSibling("../plans/gone").normalize();
    assertThat(folder).isNotEmptyDirectory();
    assertThat(plan).isNotEmptyDirectory();
    String dataset = experiment("gone").datasetId();

    given().delete("/experiments/gone").then().statusCode(204);

    broker.expect(ExperimentDeleted.class, e -> e.experiment().equals("gone"));
    broker.expect(CheckpointsDeleted.class, e -> e.jobId().equals(checkpoint.jobId()));
    broker.expect(
        DatasetReleaseRequested.class,
        e -> e.datasetId().equals(dataset) && e.requestedBy().equals("gone"));
    given().get("/experiments/gone").then().statusCode(404);
    given().get("/jobs/" + checkpoint.jobId()).then().statusCode(404);
    given().delete("/experiments/gone").then().statusCode(404);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !Files.exists(folder) && !Files.exists(plan));

    broker.send(new EvaluationFailed(null, checkpoint.id(), "gone", "sft", "far too late"));
    Checkpoint anew = finished("gone");
    assertThat(anew.jobId()).isNotEqualTo(checkpoint.jobId());
    assertThat(folder(anew)).as("its name is free").isNotEmptyDirectory();
  }

  @Test
  void what_has_not_ended_stays() {
    submitYaml(ExperimentYaml.of("unended", List.of("sft"))).then().statusCode(201);
    given()
        .delete("/experiments/unended")
        .then()
        .statusCode(409)
        .body("detail", containsString("is WAITING_FOR_DATASET; cancel it first"));
    assertThat(experiment("unended").finishedAt()).isNull();
  }

  @Test
  void a_deletion_by_event_is_refused_in_the_same_words() {
    broker.send(new ExperimentDeleteRequested("never-was"));
    assertThat(broker.expectDeadLetter(Topics.EXPERIMENTS, "never-was"))
        .contains("There is no experiment 'never-was'");
  }

  @Test
  void what_another_experiment_starts_from_stays_until_that_one_is_deleted() {
    Checkpoint first = kept();
    String yaml =
        ExperimentYaml.of("second", List.of("sft"))
            .replaceFirst("model:\n  init:\n.*", "model: {path: '" + first.modelUri() + "'}");
    assertThat(yaml).contains(first.modelUri());
    submitYaml(yaml);
    assertThat(experiment("second").name()).isEqualTo("second");

    given()
        .delete("/experiments/kept")
        .then()
        .statusCode(409)
        .body("detail", containsString("Experiment 'second' names a model of 'kept'"));
    assertThat(deletion.expire("kept", Instant.now())).isFalse();
    assertThat(experiment("kept").name()).isEqualTo("kept");
  }

  @Test
  void what_is_kept_long_enough_expires_and_nothing_younger() {
    finished("old");
    Instant end = experiment("old").finishedAt();

    assertThat(deletion.endedBefore(end.minusMillis(1))).doesNotContain("old");
    assertThat(deletion.expire("old", end)).isFalse();
    assertThat(deletion.endedBefore(end.plusMillis(1))).contains("old");
    assertThat(deletion.expire("old", end.plusMillis(1))).isTrue();
    given().get("/experiments/old").then().statusCode(404);
  }

  @Test
  void checkpoints_of_ended_jobs_go_whatever_cannot_and_their_models_stay() throws IOException {
    Checkpoint checkpoint = kept();
    Path checkpoints = Files.createDirectories(folder(checkpoint).resolve("checkpoints/step-8"));
    Files.writeString(checkpoints.resolve("optimizer.safetensors"), "moments");

    QuarkusTransaction.requiringNew().run(() -> discarded.add("plans/a-file/below-it", null));
    Files.createDirectories(folder(checkpoint).resolve("../../plans"));
    Files.writeString(folder(checkpoint).resolve("../../plans/a-file"), "in the way of a folder");

    assertThat(jobs.deleteCheckpoints(Instant.EPOCH, 100)).isZero();
    assertThat(jobs.deleteCheckpoints(Instant.now(), 1000)).isPositive();
    assertThat(jobs.deleteCheckpoints(Instant.now(), 1000)).as("once").isZero();

    await().atMost(Duration.ofSeconds(20)).until(() -> !Files.exists(checkpoints.getParent()));
    assertThat(Path.of(URI.create(checkpoint.modelUri()))).isNotEmptyDirectory();
  }

  @Test
  void a_dataset_that_is_only_named_is_held_and_one_that_was_deleted_cannot_be_named() {
    String id = "named-" + System.nanoTime();
    broker.send(new DatasetReady(id, "file:/datasets/" + id, Map.of()));
    String yaml =
        ExperimentYaml.of("naming", List.of("sft"))
            .replaceFirst("dataset:\n.*\n.*", "dataset: {id: " + id + "}");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> submitYaml(yaml).statusCode(), status -> status == 201);
    broker.expect(
        DatasetHoldRequested.class,
        e -> e.datasetId().equals(id) && e.requestedBy().equals("naming"));

    broker.send(new DatasetDeleted(id));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> submitYaml(yaml.replace("naming", "naming-too")).then().extract().asString(),
            answer -> answer.contains("no dataset '" + id + "' is ready"));
  }

  @Test
  void a_folder_that_no_row_names_is_found_and_deleted_and_no_other() throws IOException {
    Checkpoint checkpoint = kept();
    Path nobodys = Files.createDirectories(folder(checkpoint).resolveSibling("nobodys-0a1b2c3d"));
    Files.writeString(nobodys.resolve("job.json"), "{}");

    assertThat(unnamed("get")).contains(nobodys.toUri().toString().replaceFirst("/$", ""));
    assertThat(unnamed("get")).noneMatch(uri -> uri.endsWith(checkpoint.jobId()));
    assertThat(nobodys).as("nothing was changed").isNotEmptyDirectory();

    assertThat(unnamed("post")).anyMatch(uri -> uri.endsWith("nobodys-0a1b2c3d"));
    await().atMost(Duration.ofSeconds(20)).until(() -> !Files.exists(nobodys));
    assertThat(folder(checkpoint)).isNotEmptyDirectory();
    assertThat(unnamed("get")).noneMatch(uri -> uri.endsWith("nobodys-0a1b2c3d"));
  }

  private static List<String> unnamed(String how) {
    return (how.equals("get")
            ? given().get("/unnamed-folders")
            : given().post("/unnamed-folders/collect"))
        .then()
        .statusCode(200)
        .extract()
        .path("uri");
  }

  /** Of the experiment "kept", which is not deleted. */
  private Checkpoint kept() {
    if (kept == null) {
      kept = finished("kept");
    }
    return kept;
  }

  /** An experiment of one stage that has ended, whatever came of its evaluation. */
  private Checkpoint finished(String name) {
    submitYaml(ExperimentYaml.of(name, List.of("sft"))).then().statusCode(201);
    String dataset = awaitExperiment(name, it -> it.datasetId() != null).datasetId();
    broker.send(new DatasetReady(dataset, "file:/datasets/x", Map.of()));
    String job = awaitStage(name, "sft", it -> it.jobId() != null).jobId();
    Checkpoint checkpoint =
        broker.expect(CheckpointSaved.class, e -> e.checkpoint().jobId().equals(job)).checkpoint();
    broker.send(new EvaluationFailed(null, checkpoint.id(), name, "sft", "as the test wants it"));
    awaitExperiment(name, it -> it.finishedAt() != null);
    return checkpoint;
  }

  private static Path folder(Checkpoint checkpoint) {
    return Path.of(URI.create(checkpoint.progressUri())).getParent();
  }
}
