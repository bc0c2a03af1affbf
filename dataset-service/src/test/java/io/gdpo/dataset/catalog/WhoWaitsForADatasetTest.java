package io.gdpo.dataset.catalog;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.DatasetCancelRequested;
import io.gdpo.contracts.event.DatasetCancelled;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.state.DatasetState;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.platform.work.Works;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Several may wait for one dataset; it is built for as long as one of them does. */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "dataset"))
class WhoWaitsForADatasetTest extends DatasetAsking {
  private static final DatasetSpec SPEC =
      new DatasetSpec(null, SURVEY, null, "Harbor", null, null, null, null, null, null);

  private final String id = "shared-" + UUID.randomUUID();

  @Inject Datasets datasets;
  @Inject Works works;

  @Test
  void aBuildGoesOnForOthersWhenAnExperimentLeavesIt() {
    datasets.request(id, SPEC, null, null);
    datasets.request(id, SPEC.withTokenizer(TOKENIZER), "one", null);
    leaves("one");

    assertThat(datasets.find(id).orElseThrow().state()).isEqualTo(DatasetState.REQUESTED);
    awaitState(id, "READY");
    assertThat(works.find(id).orElseThrow().attempt()).isEqualTo(1);
    assertThat(cancelled()).containsExactly("one");
  }

  @Test
  void aBuildEndsWhenTheLastWhoWaitedHasLeft() {
    datasets.request(id, SPEC, "one", null);
    datasets.request(id, SPEC, "two", null);
    leaves("one");
    leaves("two");

    awaitState(id, "CANCELLED");
    awaitCancelled("one", "two");
  }

  @Test
  void whoAsksWhileABuildIsBeingEndedHasItBuilt() {
    datasets.request(id, SPEC, "one", null);
    leaves("one");
    datasets.request(id, SPEC, "two", null);

    awaitState(id, "READY");
    assertThat(cancelled()).containsExactly("one");
  }

  @Test
  void whoAsksForNoExperimentEndsABuildForAll() {
    datasets.request(id, SPEC, "one", null);
    given().post("/datasets/" + id + "/cancel").then().statusCode(200);

    awaitState(id, "CANCELLED");
    awaitCancelled(null, "one");
  }

  @Test
  void anotherContentOfTheSourceIsAnotherDataset() throws IOException {
    Path survey = Files.copy(Path.of(SURVEY), folder.resolve("changing.csv"));
    Map<String, Object> section = Map.of("survey", survey.toString(), "group", "Nobody's");
    String before = post(section).extract().path("id");
    assertThat(post(section).extract().<String>path("id")).isEqualTo(before);

    Files.writeString(survey, Files.readString(survey).replace("0.1", "0.10"));

    assertThat(post(section).extract().<String>path("id")).isNotEqualTo(before);
  }

  private void leaves(String experiment) {
    datasets.cancelByEvent(new DatasetCancelRequested(id, experiment, "not wanted any more"));
  }

  private void awaitCancelled(String... requesters) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(cancelled()).containsExactlyInAnyOrder(requesters));
  }

  /** Those who were told, in order, that they do not get it. */
  private List<String> cancelled() {
    return topic.events(Topics.DATASETS, id, "io.gdpo.DatasetCancelled").stream()
        .map(
            record -> {
              try {
                return Json.EVENTS.readValue(record.value(), DatasetCancelled.class).requestedBy();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .toList();
  }
}
