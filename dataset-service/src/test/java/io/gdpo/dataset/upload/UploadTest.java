package io.gdpo.dataset.upload;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.gdpo.artifacts.Digests;
import io.gdpo.embedded.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What lies on somebody's own machine becomes a dataset. */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "dataset"))
class UploadTest extends Uploading {
  private static final Path SURVEY = Path.of("..", "examples", "survey.csv");

  @Test
  void aFileHasOneAddressForItsNameAndItsBytes() throws IOException {
    byte[] survey = Files.readAllBytes(SURVEY);
    ValidatableResponse first = upload("survey.csv", survey).statusCode(201);
    String uri = first.extract().path("uri");
    first.body("bytes", equalTo(survey.length)).body("sha256", equalTo(Digests.ofFile(SURVEY)));

    upload("survey.csv", survey).statusCode(200).body("uri", equalTo(uri));
    assertThat(upload("s.csv", survey).statusCode(201).extract().<String>path("uri"))
        .isNotEqualTo(uri);
    assertThat(artifacts.read(URI.create(uri))).isEqualTo(survey);
  }

  @Test
  void theFilesOfAFolderHaveOneAddressWhateverTheirArchive() throws IOException {
    Map<String, String> pairs =
        Map.of("train.jsonl", pair("one"), "eval.jsonl", pair("two"), "test.jsonl", pair("three"));
    ValidatableResponse whole = archive(zip(pairs, 0)).statusCode(201);
    String uri = whole.extract().path("uri");

    archive(zip(pairs, LATE)).statusCode(200).body("uri", equalTo(uri));

    String dataset =
        given()
            .contentType(ContentType.JSON)
            .body(Map.of("examples", uri))
            .post("/datasets")
            .then()
            .statusCode(202)
            .extract()
            .path("id");
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                given()
                    .get("/datasets/" + dataset)
                    .then()
                    .body("examples", equalTo(Map.of("train", 1, "eval", 1, "test", 1))));
    given()
        .get("/datasets/" + dataset + "/card")
        .then()
        .body("source_sha256", equalTo(whole.extract().path("sha256")));
  }

  @Test
  void theCollectorTakesWhatIsOldAndNamedByNoDataset() throws IOException {
    String named = upload("named.csv", fresh()).extract().path("uri");
    String old = upload("old.csv", fresh()).extract().path("uri");
    String young = upload("young.csv", fresh()).extract().path("uri");
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              Stream.of(named, old).forEach(Uploading::makeOld);
              execute(
                  "insert into dataset(id, spec, state, examples, requested_at)"
                      + " values (?1, ?2, 'FAILED', '{}', now())",
                  "failed-" + UUID.randomUUID(),
                  "{\"survey\": \"" + named + "\", \"group\": \"Harbor\"}");
            });

    List<String> found =
        given().get("/unnamed-folders").then().statusCode(200).extract().path("uri");
    assertThat(found).contains(folder(old)).doesNotContain(folder(named), folder(young));
    upload("old.csv", artifacts.read(URI.create(old))).statusCode(200); // wanted again
    found = given().get("/unnamed-folders").then().extract().path("uri");
    assertThat(found).doesNotContain(folder(old));
  }
}
