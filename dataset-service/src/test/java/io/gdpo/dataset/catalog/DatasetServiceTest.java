package io.gdpo.dataset.catalog;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.group.belief.BeliefDistribution;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "dataset"))
class DatasetServiceTest extends DatasetAsking {
  @Test
  void aSurveyBecomesADatasetWithItsCard() {
    String id =
        post(Map.of("survey", SURVEY, "group", "Hilltop", "tokenizer", TOKENIZER))
            .statusCode(202)
            .extract()
            .path("id");

    JsonPath dataset = awaitState(id, "READY");

    PreferenceDataset stored =
        PreferenceDataset.read(Path.of(URI.create(dataset.getString("uri"))));
    for (Split split : Split.values()) {
      assertThat(stored.of(split))
          .isNotEmpty()
          .allSatisfy(
              example ->
                  assertThat(BeliefDistribution.problem(example.opinion().probabilities()))
                      .isEmpty());
    }
    assertThat(dataset.getLong("examples.train")).isEqualTo(stored.train().size());
    JsonPath card =
        given().get("/datasets/" + id + "/card").then().statusCode(200).extract().jsonPath();
    assertThat(card.getLong("counts.rows")).isEqualTo(40);
    assertThat(card.getLong("counts.questions")).isEqualTo(40);
    assertThat(card.getLong("splits.train.examples")).isEqualTo(stored.train().size());
    assertThat(card.getList("splits.test.belief_histogram", Long.class)).hasSize(6);
    assertThat(card.getList("questions")).hasSize(40);
    assertThat(card.getString("source_sha256")).hasSize(64);
    assertThat(card.getInt("splits.test.tokens.total.max"))
        .isBetween(card.getInt("splits.test.tokens.response.max"), 128);
    assertThat(card.getLong("splits.test.tokens.longer_than.'128'")).isZero();
    JsonPath samples =
        given().get("/datasets/" + id + "/samples").then().statusCode(200).extract().jsonPath();
    assertThat(samples.getList("samples.split")).contains("train", "eval", "test");
    assertThat(samples.getString("samples[0].chosen"))
        .startsWith(samples.getInt("samples[0].belief") + "<");
    previewShowsAPageOf(id, samples);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> assertThat(topic.events(Topics.DATASETS, id, "io.gdpo.DatasetReady")).hasSize(1));
  }

  @Test
  void theSameRequestTwiceIsTheSameDatasetOnce() {
    Map<String, Object> spec =
        Map.of("survey", SURVEY, "group", "Harbor", "synthesis", Map.of("seed", 5));
    String first = post(spec).extract().path("id");
    awaitState(first, "READY");

    post(spec).statusCode(200).body("id", equalTo(first)).body("state", equalTo("READY"));

    List<String> ids = given().get("/datasets").then().statusCode(200).extract().path("id");
    assertThat(ids).containsOnlyOnce(first);
  }

  @Test
  void aRequestByKafkaIsAnsweredOnKafkaAndADuplicateIsBuiltOnce() throws IOException {
    String id = "by-kafka-" + UUID.randomUUID();
    String eventId = UUID.randomUUID().toString();
    String request = requested(id, SURVEY, "Riverside");

    topic.request(eventId, id, request);
    topic.request(eventId, id, request);

    ConsumerRecord<String, byte[]> ready = awaitEvent(Topics.DATASETS, id, "io.gdpo.DatasetReady");
    JsonNode data = new ObjectMapper().readTree(ready.value());
    assertThat(data.path("dataset_id").asText()).isEqualTo(id);
    assertThat(data.path("examples_by_split").path("train").asLong()).isEqualTo(2880);
    assertThat(Path.of(URI.create(data.path("uri").asText())))
        .isDirectoryContaining("glob:**.json");
    given()
        .get("/datasets/" + id)
        .then()
        .body("state", equalTo("READY"))
        .body("requested_by", equalTo("an-experiment"));
    assertThat(topic.events(Topics.DATASETS, id, "io.gdpo.DatasetReady")).hasSize(1);
  }

  @Test
  void askingAgainForAFinishedDatasetIsAnsweredAgain() {
    String id = "again-" + UUID.randomUUID();
    topic.request(UUID.randomUUID().toString(), id, requested(id, SURVEY, "Riverside"));
    awaitState(id, "READY");

    topic.request(UUID.randomUUID().toString(), id, requested(id, SURVEY, "Riverside"));

    await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(
            () -> assertThat(topic.events(Topics.DATASETS, id, "io.gdpo.DatasetReady")).hasSize(2));
  }

  @Test
  void aSurveyThatCannotBeUsedFailsWithItsReason() throws IOException {
    Path survey =
        Files.writeString(
            folder.resolve("odd.csv"),
            "question,selections,options\n\"Fine?\",\"{'A': [0.5, 0.2]}\",\"['Yes', 'No']\"\n");
    String id = "odd-" + UUID.randomUUID();

    topic.request(UUID.randomUUID().toString(), id, requested(id, survey.toString(), "A"));

    ConsumerRecord<String, byte[]> failed =
        awaitEvent(Topics.DATASETS, id, "io.gdpo.DatasetFailed");
    assertThat(new String(failed.value(), StandardCharsets.UTF_8))
        .contains("odd.csv")
        .contains("row 1: shares sum to 0.7000");
    for (String file : List.of("card", "samples", "preview")) {
      given()
          .get("/datasets/" + id + "/" + file)
          .then()
          .statusCode(409)
          .contentType("application/problem+json")
          .body("detail", containsString("has no " + file + ": it is FAILED"));
    }
  }

  @Test
  void whatLiesAfarIsLookedForByTheWorkerAloneAndEachRequestIsADatasetOfItsOwn() {
    // No name of a repository may have two dots, so that nobody is asked for it.
    Map<String, Object> spec = Map.of("examples", "hf://datasets/group/da..ta");
    String first = post(spec).statusCode(202).extract().path("id");
    String second = post(spec).statusCode(202).extract().path("id");

    assertThat(second).isNotEqualTo(first);
    for (String id : List.of(first, second)) {
      assertThat(awaitState(id, "FAILED").getString("reason"))
          .contains("examples 'hf://datasets/group/da..ta': 'da..ta' cannot be part of");
    }
  }

  @Test
  void aTokenizerThatIsNotThereFailsTheDatasetByName() {
    String id =
        post(Map.of("survey", SURVEY, "group", "Harbor", "tokenizer", "/nowhere/tokenizer.json"))
            .extract()
            .path("id");

    assertThat(awaitState(id, "FAILED").getString("reason"))
        .contains("tokenizer '/nowhere/tokenizer.json' is not there");
  }

  @Test
  void aSpecificationThatMakesNoSenseIsAnsweredToWhoeverWaits() {
    String id = "none-" + UUID.randomUUID();

    topic.request(
        UUID.randomUUID().toString(), id, "{\"dataset_id\": \"" + id + "\", \"spec\": {}}");

    assertThat(
            new String(
                awaitEvent(Topics.DATASETS, id, "io.gdpo.DatasetFailed").value(),
                StandardCharsets.UTF_8))
        .contains("give exactly one of id, survey and examples");
  }

  @Test
  void aPoisonRecordGoesToTheDeadLettersAndTheNextOneIsHandled() {
    String poison = "poison-" + UUID.randomUUID();
    String next = "next-" + UUID.randomUUID();

    topic.request(UUID.randomUUID().toString(), poison, "{\"dataset_id\": ");
    topic.request(UUID.randomUUID().toString(), next, requested(next, SURVEY, "Riverside"));

    awaitEvent(Topics.deadLetters(Topics.DATASETS), poison, "io.gdpo.DatasetRequested");
    awaitEvent(Topics.DATASETS, next, "io.gdpo.DatasetReady");
  }

  @Test
  void anotherSpecificationUnderAKnownIdIsRefused() {
    String id = "clash-" + UUID.randomUUID();
    topic.request(UUID.randomUUID().toString(), id, requested(id, SURVEY, "Riverside"));
    awaitState(id, "READY");

    topic.request(UUID.randomUUID().toString(), id, requested(id, SURVEY, "Harbor"));

    awaitEvent(Topics.deadLetters(Topics.DATASETS), id, "io.gdpo.DatasetRequested");
    given().get("/datasets/" + id).then().body("spec.group", equalTo("Riverside"));
  }

  @Test
  void whatWasRequestedBeforeTheServiceDiedIsBuiltByTheNextOne() {
    String id = "left-" + UUID.randomUUID();
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              Dataset left = waiting(id);
              left.spec =
                  new DatasetSpec(null, SURVEY, null, "Harbor", null, null, null, null, null, null);
              left.persist();
              left.flush();
              work(id, "RUNNING", 1, 0);
            });

    awaitState(id, "READY");
    awaitEvent(Topics.DATASETS, id, "io.gdpo.DatasetReady");
  }

  @Test
  void wrongRequestsAreProblemsThatNameTheField() {
    post(Map.of("group", "Harbor"))
        .statusCode(400)
        .contentType("application/problem+json")
        .body("errors.field", hasItem("dataset"));
    post(Map.of("survey", SURVEY)).statusCode(400).body("errors.field", hasItem("dataset.group"));
    post(Map.of("survey", "/nowhere.csv", "group", "A"))
        .statusCode(400)
        .body("errors.field", hasItem("dataset.survey"))
        .body("errors.message", hasItem(containsString("'/nowhere.csv' is not there")));
    post(Map.of("id", "some-dataset")).statusCode(400).body("errors.field", hasItem("dataset.id"));
    post(Map.of("survey", SURVEY, "groupe", "A"))
        .statusCode(400)
        .body("errors.field", hasItem("groupe"));
    given().get("/datasets/none").then().statusCode(404).contentType("application/problem+json");
  }

  @Test
  void aSpecificationIsAcceptedAsYamlToo() {
    given()
        .config(
            RestAssuredConfig.config()
                .encoderConfig(
                    EncoderConfig.encoderConfig()
                        .encodeContentTypeAs("application/yaml", ContentType.TEXT)))
        .contentType("application/yaml")
        .body("survey: " + SURVEY + "\ngroup: Riverside\nsynthesis: {seed: 9}\n")
        .post("/datasets")
        .then()
        .statusCode(202)
        .body("spec.synthesis.seed", equalTo(9));
  }
}
