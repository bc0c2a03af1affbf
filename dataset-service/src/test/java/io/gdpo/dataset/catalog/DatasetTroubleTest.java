package io.gdpo.dataset.catalog;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.oneOf;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.platform.work.Works;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "dataset"))
class DatasetTroubleTest extends DatasetAsking {
  private static final String EXAMPLE =
      """
      {"prompt": "Q?", "options": ["Yes", "No"], "accept_choice_id": 4, "accept_choice": "Yes", \
      "accept_response": "Sure.", "reject_choice_id": 2, "reject_choice": "No", \
      "reject_response": "Never.", "probabilities": [0, 0, 0.25, 0, 0.75, 0]}
      """;

  @Inject Works works;

  @Inject ArtifactStore artifacts;

  @Test
  void whateverABuildSaysOfItsEndIsAFailureWithACleanShortReason() {
    String id = "error-" + UUID.randomUUID();
    String nul = "nul \\u0000 and \\ud83d half".repeat(1_000);
    artifacts.write(
        "builds/" + id + "/outcome.json",
        "{\"attempt\": 1, \"status\": \"FAILED\", \"reason\": \"%s\"}"
            .formatted(nul)
            .getBytes(StandardCharsets.UTF_8));
    left(id, 1, 0);

    String reason = awaitState(id, "FAILED").getString("reason");
    assertThat(reason).contains("nul \uFFFD and \uFFFD half").hasSizeLessThan(2001);
    awaitEvent(Topics.DATASETS, id, "io.gdpo.DatasetFailed");
  }

  @Test
  void aBuildThatDiesForTheThirdTimeFailsAndTheNextIsBuilt() {
    String id = "deadly-" + UUID.randomUUID();
    left(id, 2, 2);
    process().destroyForcibly();

    assertThat(awaitState(id, "FAILED").getString("reason"))
        .contains("tried 3 times, at last: exit code 137");
    String next = post(Map.of("survey", SURVEY, "group", "Hilltop")).extract().path("id");
    awaitState(next, "READY");
  }

  @Test
  void aBuildThatIsCancelledIsOverWhenItsProcessIsGoneAndCanBeAskedForAgain() {
    Map<String, Object> slow =
        Map.of("survey", SURVEY, "group", "Harbor", "synthesis", Map.of("respondents", 301));
    String id = post(slow).extract().path("id");
    ProcessHandle build = process();

    given().post("/datasets/" + id + "/cancel").then().statusCode(200);

    assertThat(awaitState(id, "CANCELLED").getString("reason")).isEqualTo("cancelled on request");
    assertThat(build.isAlive()).isFalse();
    awaitEvent(Topics.DATASETS, id, "io.gdpo.DatasetCancelled");
    post(slow).statusCode(202);
    awaitState(id, "READY");
  }

  @Test
  void aBuildWhoseProcessIsKilledIsBuiltAgain() {
    String id =
        post(Map.of("survey", SURVEY, "group", "Harbor", "synthesis", Map.of("respondents", 300)))
            .extract()
            .path("id");
    process().destroyForcibly();

    awaitState(id, "READY");
    assertThat(works.find(id).orElseThrow().attempt()).isEqualTo(2);
  }

  /** As an earlier run of the service left it. */
  private void left(String id, int attempt, int failures) {
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              Dataset dataset = waiting(id);
              dataset.persist();
              dataset.flush();
              work(id, "RUNNING", attempt, failures);
            });
  }

  /**
   * The process that builds the next dataset, as soon as there is one: one runs at a time. Its
   * arguments are not asked, for the JDK tells only the beginning of them.
   */
  private static ProcessHandle process() {
    return await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                ProcessHandle.current()
                    .children()
                    .filter(child -> child.info().command().orElse("").endsWith("/java"))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  @Test
  void whatCannotBeRecordedAsItIsFailsAndHoldsUpNobody() throws IOException {
    Path list =
        Files.writeString(
            folder.resolve("list.jsonl"), "[" + "{\"prompt\": \"?\"}, ".repeat(100_000) + "1]");
    Path nul = Files.writeString(folder.resolve("nul.csv"), survey("River\\x00side"));

    String ofList = post(Map.of("examples", list.toString())).extract().path("id");
    String ofNul =
        post(Map.of("survey", nul.toString(), "group", "Riverside")).extract().path("id");
    String asked = "nul-" + UUID.randomUUID();
    topic.request(
        UUID.randomUUID().toString(), asked, requested(asked, SURVEY, "River\\u0000side"));
    String good = post(Map.of("survey", SURVEY, "group", "Hilltop")).extract().path("id");

    assertThat(awaitState(ofList, "FAILED").getString("reason")).contains("line 1 holds a list");
    assertThat(awaitState(ofNul, "FAILED").getString("reason")).contains("[River\uFFFDside]");
    awaitEvent(Topics.DATASETS, asked, "io.gdpo.DatasetFailed");
    awaitState(good, "READY");
  }

  @Test
  void whatFailedIsBuiltWhenItIsAskedForAgainAndItsCauseIsMended() throws IOException {
    Path survey = Files.writeString(folder.resolve("mended.csv"), "question,selections,options\n");
    String id = "mended-" + UUID.randomUUID();
    topic.request(UUID.randomUUID().toString(), id, requested(id, survey.toString(), "A"));
    awaitState(id, "FAILED");

    Files.writeString(survey, survey("A"));
    topic.request(UUID.randomUUID().toString(), id, requested(id, survey.toString(), "A"));

    awaitEvent(Topics.DATASETS, id, "io.gdpo.DatasetReady");
    given()
        .get("/datasets/" + id)
        .then()
        .body("state", equalTo("READY"))
        .body("reason", nullValue());
  }

  @Test
  void equalRequestsAtOnceAreOneDataset() throws Exception {
    Map<String, Object> spec =
        Map.of("survey", SURVEY, "group", "Harbor", "synthesis", Map.of("seed", 40));
    ExecutorService clients = Executors.newFixedThreadPool(20);
    try {
      List<Future<String>> answers =
          clients.invokeAll(
              Collections.nCopies(
                  40, () -> post(spec).statusCode(oneOf(200, 202)).extract().<String>path("id")));
      Set<String> ids = new HashSet<>();
      for (Future<String> answer : answers) {
        ids.add(answer.get());
      }
      assertThat(ids).hasSize(1);
    } finally {
      clients.shutdown();
    }
  }

  @Test
  void aLinkThatPointsElsewhereIsAnotherDatasetAndNeverTheOldOne() throws IOException {
    Path link = folder.resolve("latest");
    for (int version = 1; version <= 2; version++) {
      Path examples = Files.createDirectory(folder.resolve("v" + version));
      for (String split : List.of("train", "eval", "test")) {
        Files.writeString(examples.resolve(split + ".jsonl"), EXAMPLE.repeat(version));
      }
    }
    Files.createSymbolicLink(link, folder.resolve("v1"));
    String byId = "link-" + UUID.randomUUID();
    String request =
        "{\"dataset_id\": \"%s\", \"spec\": {\"examples\": \"%s\"}}".formatted(byId, link);
    String first = post(Map.of("examples", link.toString())).extract().path("id");
    topic.request(UUID.randomUUID().toString(), byId, request);
    assertThat(awaitState(first, "READY").getLong("examples.train")).isEqualTo(1);
    awaitState(byId, "READY");

    Files.delete(link);
    Files.createSymbolicLink(link, folder.resolve("v2"));

    String second = post(Map.of("examples", link.toString())).extract().path("id");
    assertThat(awaitState(second, "READY").getLong("examples.train")).isEqualTo(2);
    topic.request(UUID.randomUUID().toString(), byId, request);
    awaitEvent(Topics.deadLetters(Topics.DATASETS), byId, "io.gdpo.DatasetRequested");
    assertThat(topic.events(Topics.DATASETS, byId, "io.gdpo.DatasetReady")).hasSize(1);
  }

  private static String survey(String group) {
    return "question,selections,options\n\"Fine?\",\"{'%s': [0.5, 0.5]}\",\"['Yes', 'No']\"\n"
        .formatted(group);
  }
}
