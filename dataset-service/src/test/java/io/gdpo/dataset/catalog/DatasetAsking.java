package io.gdpo.dataset.catalog;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;

import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.state.DatasetState;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Asks the running service for datasets, and waits for what becomes of them. */
abstract class DatasetAsking {
  static final String SURVEY =
      Path.of("..", "examples", "survey.csv").toAbsolutePath().normalize().toString();

  static final String TOKENIZER =
      Path.of("..", "examples", "tokenizer.json").toAbsolutePath().normalize().toString();

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  @TempDir Path folder;

  DatasetTopic topic;

  @BeforeEach
  void connect() {
    topic = new DatasetTopic(bootstrapServers);
  }

  /** What no build makes READY by itself. */
  static Dataset waiting(String id) {
    Dataset dataset = new Dataset();
    dataset.id = id;
    dataset.spec =
        new DatasetSpec(null, "/nowhere.csv", null, "Harbor", null, null, null, null, null, null);
    dataset.state = DatasetState.REQUESTED;
    dataset.requestedAt = Instant.now();
    dataset.wantedAt = dataset.requestedAt;
    return dataset;
  }

  /** The row of its build, which no replica holds. */
  static void work(String id, String state, int attempt, int failures) {
    Dataset.getEntityManager()
        .createNativeQuery(
            "insert into work(id, kind, folder, state, attempt, failures, cancel_requested,"
                + " queued_at, not_before, term) values (?1, 'build', ?2, ?3, ?4, ?5, false, now(),"
                + " now(), 0)")
        .setParameter(1, id)
        .setParameter(2, "builds/" + id)
        .setParameter(3, state)
        .setParameter(4, attempt)
        .setParameter(5, failures)
        .executeUpdate();
  }

  static ValidatableResponse post(Map<String, Object> spec) {
    return given().contentType(ContentType.JSON).body(spec).post("/datasets").then();
  }

  static String requested(String id, String survey, String group) {
    return """
        {"dataset_id": "%s", "spec": {"survey": "%s", "group": "%s"}, "requested_by": "an-experiment"}
        """
        .formatted(id, survey, group);
  }

  static JsonPath awaitState(String id, String state) {
    Response response =
        await()
            .atMost(Duration.ofSeconds(20))
            .until(
                () -> given().get("/datasets/" + id),
                dataset -> dataset.statusCode() == 200 && state.equals(dataset.path("state")));
    return response.jsonPath();
  }

  /** Of one whose samples are these. */
  static void previewShowsAPageOf(String id, JsonPath samples) {
    List<Map<String, Object>> tests = samples.getList("samples.findAll { it.split == 'test' }");
    JsonPath page =
        given()
            .get("/datasets/" + id + "/preview?split=test&n=2&offset=1")
            .then()
            .extract()
            .jsonPath();
    assertThat(page.getInt("total")).isEqualTo(tests.size());
    assertThat(page.getList("examples")).isEqualTo(tests.subList(1, 3));
    assertThat(page.getString("examples[0].belief_text"))
        .matches("[0-5]<.+>")
        .isSubstringOf(page.getString("examples[0].chosen"));
    given()
        .get("/datasets/" + id + "/preview?belief=5&n=100")
        .then()
        .statusCode(200)
        .body("examples.belief", everyItem(equalTo(5)))
        .body("total", equalTo(samples.getList("samples.findAll { it.belief == 5 }").size()));
    for (String wrong : List.of("n=0", "n=101", "offset=-1", "split=trian")) {
      given()
          .get("/datasets/" + id + "/preview?" + wrong)
          .then()
          .statusCode(400)
          .contentType("application/problem+json");
    }
    given().get("/datasets/none/preview").then().statusCode(404);
  }

  ConsumerRecord<String, byte[]> awaitEvent(String from, String key, String type) {
    return await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> topic.events(from, key, type), events -> !events.isEmpty())
        .get(0);
  }
}
