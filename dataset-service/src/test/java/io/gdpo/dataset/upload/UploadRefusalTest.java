package io.gdpo.dataset.upload;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import io.gdpo.artifacts.Digests;
import io.gdpo.embedded.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What does not arrive whole, or cannot be kept, is nowhere. */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "dataset"))
class UploadRefusalTest extends Uploading {
  private static final int MOST = 3 << 20;

  private List<String> before;

  @BeforeEach
  void look() {
    before = left();
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
    given()
        .post("/datasets/uploads")
        .then()
        .statusCode(400)
        .body("detail", containsString("no name"));
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
            zip(Map.of("../train.jsonl", pair("x")), 0),
            "holds '../train.jsonl'",
            zip(Map.of("mine/train.jsonl", pair("x")), 0),
            "without their folder",
            zip(Map.of("readme.md", "x"), 0),
            "holds 'readme.md'",
            zip(Map.of("train.jsonl", "x".repeat(MOST + 1)), 0),
            "has more than",
            Arrays.copyOf(whole, whole.length - 30),
            "was cut off",
            damaged,
            "is damaged",
            fresh(),
            "it is none");
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
    byte[] large = new byte[16 << 20];
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
  void ofWhoLeavesHalfWayNothingIsKeptAndWhoComesMeanwhileIsToldToWait() throws IOException {
    try (Socket first = half();
        Socket second = half()) {
      await().atMost(Duration.ofSeconds(10)).until(() -> temporary().size() == 2);
      upload("third.csv", fresh())
          .statusCode(503)
          .header("Retry-After", "60")
          .body("detail", containsString("2 uploads are being taken in"));
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> temporary().isEmpty());
    assertThat(left()).isEqualTo(before);
    upload("third.csv", fresh()).statusCode(201);
  }

  @Test
  void whatTheStoreCannotTakeNowIsPutOff() throws IOException {
    byte[] bytes = fresh();
    Files.write(folder.resolve("x.csv"), bytes);
    String sha256 = Digests.ofFile(folder.resolve("x.csv"));
    String going = "uploads/" + Digests.ofTexts(List.of("going.csv", sha256));
    QuarkusTransaction.requiringNew()
        .run(
            () ->
                execute(
                    "insert into discarded(folder, not_before) values (?1, now() + interval '1 day')",
                    going));
    artifacts.write("uploads/" + Digests.ofTexts(List.of("blocked.csv", sha256)), bytes);

    upload("going.csv", bytes).statusCode(503).body("detail", containsString("being deleted"));
    upload("blocked.csv", bytes)
        .statusCode(503)
        .body("detail", containsString("The upload cannot be kept now"));
    assertThat(left()).isEqualTo(before);
    QuarkusTransaction.requiringNew()
        .run(() -> execute("delete from discarded where folder = ?1", going));
    upload("going.csv", bytes).statusCode(201);
  }

  /** Somebody who sends a part of what they declared. */
  private static Socket half() throws IOException {
    Socket socket = new Socket("localhost", RestAssured.port);
    socket
        .getOutputStream()
        .write(
            ("POST /datasets/uploads?name=half.csv HTTP/1.1\r\nHost: x\r\n"
                    + "Content-Length: 100000\r\n\r\n"
                    + "question,selections\n".repeat(2000))
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }
}
