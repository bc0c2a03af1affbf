package io.gdpo.dataset.upload;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Digests;
import io.gdpo.embedded.InfrastructureResource;
import io.quarkus.hibernate.orm.panache.Panache;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import jakarta.persistence.Query;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies on somebody's own machine becomes a dataset; what does not arrive whole is nowhere. */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "dataset"))
class UploadTest {
  private static final int MOST = 3 << 20;
  private static final long LATE = 1_000_000_000_000L;
  private static final Path SURVEY = Path.of("..", "examples", "survey.csv");

  @Inject ArtifactStore artifacts;

  private List<String> before;

  @BeforeEach
  void look() throws IOException {
    before = left();
  }

  @AfterEach
  void nothingIsLeftOfWhatWasTakenIn() throws IOException {
    await().atMost(Duration.ofSeconds(10)).until(() -> temporary().isEmpty());
  }

  @Test
  void aFileHasOneAddressForItsNameAndItsBytes() throws IOException {
    byte[] survey = Files.readAllBytes(SURVEY);
    ValidatableResponse first = upload("survey.csv", survey).statusCode(201);
    String uri = first.extract().path("uri");
    first
        .body("bytes", equalTo(survey.length))
        .body("sha256", equalTo(Digests.ofFile(SURVEY)));

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
              Stream.of(named, old).forEach(UploadTest::makeOld);
              execute(
                  "insert into dataset(id, spec, state, examples, requested_at)"
                      + " values (?1, ?2, 'FAILED', '{}', now())",
                  "failed-" + UUID.randomUUID(),
                  "{\"survey\": \"" + named + "\", \"group\": \"Harbor\"}");
            });

    List<String> found = given().get("/unnamed-folders").then().statusCode(200).extract().path("uri");
    assertThat(found).contains(folder(old)).doesNotContain(folder(named), folder(young));
    upload("old.csv", artifacts.read(URI.create(old))).statusCode(200); // wanted again
    found = given().get("/unnamed-folders").then().extract().path("uri");
    assertThat(found).doesNotContain(folder(old));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../survey.csv",
        "a/survey.csv",
        "a%2Fsurvey.csv",
        ".csv",
        "survey.exe",
        "survey",
        "sur%00vey.csv",
        "upload-record"
      })
  void aNameThatCannotBeKeptIsRefused(String name) throws IOException {
    given()
        .urlEncodingEnabled(false)
        .contentType(ContentType.BINARY)
        .body(fresh())
        .post("/datasets/uploads?name=" + name)
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("detail", containsString("ends with .csv, .tsv, .jsonl"));
    assertThat(left()).isEqualTo(before);
  }

  @Test
  void whatIsNotAsItWasDeclaredIsRefusedAndNothingOfItIsKept() throws IOException {
    byte[] bytes = fresh();
    String digest = "sha-256=:" + base64(bytes) + ":";
    for (String wrong : List.of("sha-256=:" + base64(fresh()) + ":", "md5=:abc=:", "sha-256=x")) {
      given()
          .header("Repr-Digest", wrong)
          .contentType(ContentType.BINARY)
          .body(bytes)
          .post("/datasets/uploads?name=a.csv")
          .then()
          .statusCode(400)
          .body("detail", containsString("Repr-Digest"));
    }
    upload("a.csv", new byte[0]).statusCode(400).body("detail", containsString("is empty"));
    given().post("/datasets/uploads").then().statusCode(400).body("detail", containsString("no name"));
    assertThat(left()).isEqualTo(before);
    given()
        .header("Repr-Digest", "sha-512=:abc=:, " + digest)
        .contentType(ContentType.BINARY)
        .body(bytes)
        .post("/datasets/uploads?name=a.csv")
        .then()
        .statusCode(201);
  }

  @Test
  void anArchiveOfAnythingElseIsRefusedAndNothingOfItIsKept() throws IOException {
    byte[] whole = zip(Map.of("train.jsonl", pair("x"), "eval.jsonl", pair("y")), LATE);
    byte[] damaged = whole.clone();
    damaged[50] ^= 1; // a byte of the first file: a name of 10 or 11 stands behind 30 others
    Map<byte[], String> archives =
        Map.of(
            zip(Map.of("../train.jsonl", pair("x")), 0), "holds '../train.jsonl'",
            zip(Map.of("mine/train.jsonl", pair("x")), 0), "without their folder",
            zip(Map.of("readme.md", "x"), 0), "holds 'readme.md'",
            zip(Map.of("train.jsonl", "x".repeat(MOST + 1)), 0), "has more than",
            Arrays.copyOf(whole, whole.length - 30), "was cut off",
            damaged, "is damaged",
            fresh(), "it is none");
    archives.forEach(
        (archive, words) -> {
          Response refused = archive(archive).extract().response();
          assertThat(refused.path("detail").toString()).contains(words);
          assertThat(refused.statusCode()).isEqualTo(words.equals("has more than") ? 413 : 400);
        });
    assertThat(left()).isEqualTo(before);
  }

  @Test
  void whatIsTooLargeIsRefusedWhetherItsLengthWasDeclaredOrNot() throws Exception {
    byte[] large = new byte[8 << 20];
    HttpClient http = HttpClient.newHttpClient();
    URI uri = URI.create("http://localhost:" + RestAssured.port + "/datasets/uploads?name=l.csv");
    for (HttpRequest.BodyPublisher body :
        List.of(
            HttpRequest.BodyPublishers.ofByteArray(large),
            HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))) {
      HttpResponse<String> refused =
          http.send(
              HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).POST(body).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(refused.statusCode()).isEqualTo(413);
      assertThat(refused.body()).contains("more than " + MOST + " bytes (gdpo.uploads.largest)");
    }
    assertThat(left()).isEqualTo(before);
  }

  @Test
  void ofWhoLeavesHalfWayNothingIsKept() throws IOException {
    try (Socket socket = new Socket("localhost", RestAssured.port)) {
      socket
          .getOutputStream()
          .write(
              ("POST /datasets/uploads?name=half.csv HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
                      + "question,selections\n".repeat(2000))
                  .getBytes(StandardCharsets.US_ASCII));
      await().atMost(Duration.ofSeconds(10)).until(() -> !temporary().isEmpty());
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> temporary().isEmpty());
    assertThat(left()).isEqualTo(before);
  }

  private static ValidatableResponse upload(String name, byte[] bytes) {
    return given()
        .contentType(ContentType.BINARY)
        .body(bytes)
        .post("/datasets/uploads?name=" + name)
        .then();
  }

  private static ValidatableResponse archive(byte[] zip) {
    return given().contentType("application/zip").body(zip).post("/datasets/uploads").then();
  }

  private static void makeOld(String uri) {
    execute(
        "update upload set wanted_at = now() - interval '31 days' where ?1 like '%/' || id || '/%'",
        uri);
  }

  private static void execute(String sql, String... parameters) {
    Query query = Panache.getEntityManager().createNativeQuery(sql);
    for (int i = 0; i < parameters.length; i++) {
      query.setParameter(i + 1, parameters[i]);
    }
    assertThat(query.executeUpdate()).isOne();
  }

  private List<String> left() {
    return artifacts.folders(artifacts.uri("uploads"));
  }

  private static List<Path> temporary() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files.filter(file -> file.getFileName().toString().startsWith("gdpo-upload-")).toList();
    }
  }

  private static String folder(String uri) {
    return uri.substring(0, uri.lastIndexOf('/'));
  }

  private static byte[] fresh() {
    return UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String pair(String prompt) {
    return "{\"prompt\": \"" + prompt + "?\", \"chosen\": \"yes\", \"rejected\": \"no\"}\n";
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(Digests.sha256().digest(bytes));
  }

  private static byte[] zip(Map<String, String> files, long time) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, String> file : files.entrySet()) {
        ZipEntry entry = new ZipEntry(file.getKey());
        entry.setTime(time);
        zip.putNextEntry(entry);
        zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }
}
