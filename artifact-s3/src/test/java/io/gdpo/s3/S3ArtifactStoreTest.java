package io.gdpo.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.ArtifactStoreContract;
import io.gdpo.artifacts.Artifacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The contract, and what only a bucket has, on a real S3 server. */
class S3ArtifactStoreTest extends ArtifactStoreContract {
  private static final long PART = 5L << 20;

  @TempDir private static Path server;
  private static S3Server s3;

  private final String prefix = UUID.randomUUID().toString();

  @BeforeAll
  static void startServer() {
    s3 = new S3Server(server);
    System.setProperty("aws.accessKeyId", S3Server.USER);
    System.setProperty("aws.secretAccessKey", S3Server.SECRET);
  }

  @AfterAll
  static void stopServer() {
    s3.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  /** AWS does; s3proxy looks first and writes then. */
  @Override
  protected boolean comparesAndWritesInOneStep() {
    return false;
  }

  @Override
  protected URI emptyStore() {
    return URI.create("s3://" + S3Server.BUCKET + "/" + prefix);
  }

  @Override
  protected ArtifactStore at(URI address) {
    return Artifacts.at(address, environment());
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(s3.environment());
    environment.put("GDPO_FETCHED_FOLDER", folder.resolve("fetched").toString());
    environment.put(S3Settings.PART_MEGABYTES, "5");
    return environment;
  }

  @Test
  void aLargeFileIsSentInPartsAndComesBackAsItWas() throws IOException {
    Path large = random(2 * PART + 12_345);

    URI written = store.write("jobs/7/weights", large);

    assertThatThrownBy(
            () ->
                client()
                    .putObject(
                        r -> r.bucket(S3Server.BUCKET).key(key("whole")),
                        RequestBody.fromFile(large)))
        .as("this server takes so much in parts only")
        .isInstanceOf(S3Exception.class);
    assertThat(store.fetch(written)).hasSameBinaryContentAs(large);
  }

  @Test
  void aListingGoesOnBehindItsPage() {
    List<String> names = IntStream.rangeClosed(1, 7).mapToObj(n -> "00000" + n).toList();
    names.forEach(name -> store.write("progress/" + name, bytes(name)));
    S3Settings paged = paged(2);
    ArtifactStore byTwo = new S3ArtifactStore(emptyStore(), environment(), paged);

    assertThat(byTwo.list(byTwo.uri("progress"), "")).isEqualTo(names);
    assertThat(byTwo.list(byTwo.uri("progress"), "000003")).isEqualTo(names.subList(3, 7));
    assertThat(byTwo.fetch(byTwo.uri("progress"))).isDirectoryContaining("glob:**/000007");
  }

  @Test
  void whatOthersPutThereMayHaveAnyName() {
    put("data/sur vey#1 Überblick.csv", "a,b");

    URI folder = URI.create(emptyStore() + "/data");
    URI file = URI.create(folder + "/sur%20vey%231%20%C3%9Cberblick.csv");

    assertThat(store.read(file)).isEqualTo(bytes("a,b"));
    assertThat(store.read(URI.create(folder + "/sur%20vey%231%20Überblick.csv"))).hasSize(3);
    assertThat(store.list(folder, "")).containsExactly("sur vey#1 Überblick.csv");
    assertThat(store.fetch(folder).resolve("sur vey#1 Überblick.csv")).hasContent("a,b");
  }

  @Test
  void aStoresPrefixMayHaveBlanks() {
    ArtifactStore odd = at(URI.create(emptyStore() + "/of%20the%20harbour/"));

    URI written = odd.write("reports/one.json", bytes("{}"));

    assertThat(written.toString()).endsWith("/of%20the%20harbour/reports/one.json");
    assertThat(odd.fetch(written)).hasContent("{}");
  }

  @Test
  void aFileThatWasDamagedInTheStoreIsNotTakenForWhatWasWritten() throws IOException {
    URI small = store.write("small", bytes("12345"));
    URI large = store.write("large", random(PART + 1));
    for (String key : List.of("small", "large")) {
      Path kept = s3.file(key(key));
      byte[] content = Files.readAllBytes(kept);
      content[3] ^= 1;
      Files.write(kept, content); // the server keeps its own notes of it
    }

    assertThatThrownBy(() -> store.read(small)).hasMessageContaining("s3://" + S3Server.BUCKET);
    assertThatThrownBy(() -> store.fetch(large))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(key("large"))
        .hasMessageContaining("is damaged");
  }

  @Test
  void halfAnUploadIsSeenByNobody() throws IOException {
    S3Client client = client();
    String upload =
        client
            .createMultipartUpload(r -> r.bucket(S3Server.BUCKET).key(key("jobs/7/weights")))
            .uploadId();
    client.uploadPart(
        r -> r.bucket(S3Server.BUCKET).key(key("jobs/7/weights")).uploadId(upload).partNumber(1),
        RequestBody.fromBytes(new byte[(int) PART]));

    assertThat(store.exists(store.uri("jobs/7/weights"))).isFalse();
    assertThat(store.exists(store.uri("jobs/7"))).isFalse();
    assertThat(store.list(store.uri("jobs/7"), "")).isEmpty();
    assertThatThrownBy(() -> store.fetch(store.uri("jobs/7")))
        .isInstanceOf(ArtifactMissingException.class);

    URI written = store.write("jobs/7/weights", random(PART + 1));
    assertThat(store.fetch(written)).hasSize(PART + 1);
  }

  @Test
  void anUploadThatBreaksOffLeavesNothing() throws IOException {
    Path shrinking = random(2 * PART);
    S3Place place = S3Place.of(emptyStore()).below("jobs/7/weights");

    assertThatThrownBy(
            () -> new MultipartUpload(client(), place, shrinking, 3 * PART, PART).send(Map.of()))
        .isInstanceOf(SdkException.class);

    assertThat(client().listMultipartUploads(r -> r.bucket(S3Server.BUCKET)).uploads())
        .noneMatch(upload -> upload.key().equals(place.key()));
    assertThat(store.exists(store.uri("jobs/7/weights"))).isFalse();
  }

  @Test
  void aBucketThatIsMissingIsNamedAndIsNoMissingFile() {
    ArtifactStore nowhere = at(URI.create("s3://no-such-bucket/artifacts"));

    for (Runnable asked :
        List.<Runnable>of(
            () -> nowhere.exists(nowhere.uri("a")),
            () -> nowhere.read(nowhere.uri("a")),
            () -> nowhere.list(nowhere.uri("a"), ""),
            () -> nowhere.fetch(nowhere.uri("a")),
            () -> nowhere.write("a", bytes("{}")))) {
      assertThatThrownBy(asked::run)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("s3://no-such-bucket/artifacts/a")
          .hasMessageContaining("there is no bucket 'no-such-bucket'")
          .hasMessageContaining("gdpo.artifacts");
    }
  }

  @Test
  void aSecretThatIsWrongIsNotToldToAnybody() {
    URI written = store.write("a", bytes("{}"));
    System.setProperty("aws.secretAccessKey", "another-secret-0815");
    try {
      assertThatThrownBy(() -> store.read(written))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(written.toString())
          .hasMessageContaining("AWS_SECRET_ACCESS_KEY")
          .hasMessageNotContainingAny("another-secret-0815", S3Server.SECRET, S3Server.USER);
    } finally {
      System.setProperty("aws.secretAccessKey", S3Server.SECRET);
    }
  }

  private Path random(long bytes) throws IOException {
    byte[] content = new byte[(int) bytes];
    new Random(bytes).nextBytes(content);
    return Files.write(Files.createTempFile(folder, "random", ""), content);
  }

  private String key(String key) {
    return prefix + "/" + key;
  }

  private void put(String key, String content) {
    client()
        .putObject(
            r -> r.bucket(S3Server.BUCKET).key(key(key)), RequestBody.fromBytes(bytes(content)));
  }

  private S3Client client() {
    return S3Clients.of(S3Settings.of(environment()));
  }

  private S3Settings paged(int keys) {
    return new S3Settings(
        Optional.of("eu-central-1"),
        Optional.of(URI.create(s3.endpoint())),
        true,
        true,
        PART,
        keys);
  }
}
