package io.gdpo.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server refuses that this house cannot make refuse so, and settings that are wrong. */
class S3FailureTest {
  private static final URI STORE = URI.create("s3://harbour/artifacts");

  @BeforeEach
  void giveCredentials() {
    System.setProperty("aws.accessKeyId", S3Server.USER);
    System.setProperty("aws.secretAccessKey", S3Server.SECRET);
  }

  @AfterEach
  void takeCredentials() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "403 | AccessDenied      | s3:GetObject",
        "301 | PermanentRedirect | the bucket is in another region (PermanentRedirect, status 301): eu-west-3. Set AWS_REGION",
        "403 | ExpiredToken      | AWS_SESSION_TOKEN",
        "400 | Strange           | the server says Strange, status 400, request 0815",
      })
  void whatAServerRefusesIsToldWithItsRemedy(int status, String code, String words)
      throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] answer =
        ("<Error><Code>%s</Code><Message>signed with %s</Message><RequestId>0815</RequestId></Error>")
            .formatted(code, S3Server.SECRET)
            .getBytes(StandardCharsets.UTF_8);
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().add("x-amz-bucket-region", "eu-west-3");
          exchange.sendResponseHeaders(status, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    try {
      ArtifactStore store = at("http://127.0.0.1:" + server.getAddress().getPort());

      assertThatThrownBy(() -> store.read(store.uri("one.json")))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("s3://harbour/artifacts/one.json cannot be read")
          .hasMessageContaining(words)
          .hasMessageNotContainingAny(S3Server.SECRET, S3Server.USER);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aServerThatIsNotThereIsToldOfSoon() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    ArtifactStore store = at("http://127.0.0.1:" + free);

    assertThatThrownBy(() -> store.write("one.json", new byte[0]))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("s3://harbour/artifacts/one.json cannot be written")
        .hasMessageContaining("was not reached")
        .hasMessageContaining("AWS_ENDPOINT_URL_S3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GDPO_STORE_PATH_STYLE=yes",
        "GDPO_STORE_CONDITIONAL_WRITES=maybe",
        "GDPO_STORE_PART_MEGABYTES=4",
        "GDPO_STORE_PART_MEGABYTES=many",
        "AWS_ENDPOINT_URL_S3=storage.example.org"
      })
  void aWrongSettingIsNamed(String setting) {
    String name = setting.substring(0, setting.indexOf('='));
    String value = setting.substring(setting.indexOf('=') + 1);

    assertThatThrownBy(() -> Artifacts.at(STORE, Map.of("AWS_REGION", "eu-central-1", name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name)
        .hasMessageContaining("'" + value + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3:/key", "s3:key", "s3://bucket/a?b", "s3://bucket/a#b", "s3://b:1/a"})
  void whatIsNoAddressInABucketIsRefused(String address) {
    assertThatThrownBy(() -> at("http://127.0.0.1:1").exists(URI.create(address)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("s3://BUCKET/KEY");
  }

  @Test
  void aSecretInAnAddressIsNotRepeated() {
    assertThatThrownBy(() -> at("http://127.0.0.1:1").exists(URI.create("s3://id:pass@bucket/a")))
        .hasMessageNotContaining("pass");
  }

  @Test
  void withAServerOfOnesOwnTheBucketStandsInThePath() {
    assertThat(S3Settings.of(Map.of("AWS_ENDPOINT_URL", "https://storage.example.org")))
        .returns(true, S3Settings::pathStyle)
        .satisfies(settings -> assertThat(settings.region()).isPresent());
    assertThat(S3Settings.of(Map.of()).pathStyle()).isFalse();
  }

  private static ArtifactStore at(String endpoint) {
    return Artifacts.at(STORE, Map.of("AWS_ENDPOINT_URL_S3", endpoint));
  }
}
