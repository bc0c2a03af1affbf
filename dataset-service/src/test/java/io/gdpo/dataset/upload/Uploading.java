package io.gdpo.dataset.upload;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Digests;
import io.quarkus.hibernate.orm.panache.Panache;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import jakarta.persistence.Query;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Uploads to the running service, and looks for what is left of them. */
abstract class Uploading {
  static final long LATE = 1_000_000_000_000L;

  @Inject ArtifactStore artifacts;
  @TempDir Path folder;

  @AfterEach
  void nothingIsLeftOfWhatWasTakenIn() {
    await().atMost(Duration.ofSeconds(10)).until(() -> temporary().isEmpty());
  }

  static ValidatableResponse upload(String name, byte[] bytes) {
    return given()
        .contentType(ContentType.BINARY)
        .body(bytes)
        .post("/datasets/uploads?name=" + name)
        .then();
  }

  static ValidatableResponse archive(byte[] zip) {
    return given().contentType("application/zip").body(zip).post("/datasets/uploads").then();
  }

  static void makeOld(String uri) {
    execute(
        "update upload set wanted_at = now() - interval '31 days' where ?1 like '%/' || id || '/%'",
        uri);
  }

  static void execute(String sql, String... parameters) {
    Query query = Panache.getEntityManager().createNativeQuery(sql);
    for (int i = 0; i < parameters.length; i++) {
      query.setParameter(i + 1, parameters[i]);
    }
    assertThat(query.executeUpdate()).isOne();
  }

  List<String> left() {
    return artifacts.folders(artifacts.uri("uploads"));
  }

  static List<Path> temporary() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("gdpo-upload-"))
          .toList();
    }
  }

  static String folder(String uri) {
    return uri.substring(0, uri.lastIndexOf('/'));
  }

  static byte[] fresh() {
    return UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
  }

  static String pair(String prompt) {
    return "{\"prompt\": \"" + prompt + "?\", \"chosen\": \"yes\", \"rejected\": \"no\"}\n";
  }

  static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(Digests.sha256().digest(bytes));
  }

  static byte[] zip(Map<String, String> files, long time) throws IOException {
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
