package io.gdpo.local.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.gdpo.contracts.view.UploadView;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import io.gdpo.local.upload.Outgoing;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetClientTest {
  @TempDir Path folder;

  private final List<String> told = new ArrayList<>();
  private HttpServer server;
  private DatasetClient datasets;
  private String query;
  private String type;
  private String digest;
  private String length;
  private byte[] body;
  private int status = 201;
  private String answer = "{\"uri\": \"s3://b/uploads/1/x\", \"bytes\": 3, \"sha256\": \"00\"}";

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/datasets/uploads", this::take);
    server.start();
    datasets =
        new DatasetClient(
            new OneAddress(URI.create("http://127.0.0.1:" + server.getAddress().getPort())));
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  private void take(HttpExchange exchange) throws IOException {
    query = exchange.getRequestURI().getQuery();
    type = exchange.getRequestHeaders().getFirst("Content-Type");
    digest = exchange.getRequestHeaders().getFirst("Repr-Digest");
    length = exchange.getRequestHeaders().getFirst("Content-Length");
    body = exchange.getRequestBody().readAllBytes();
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Test
  void aFileIsSentAsItIsWithItsNameLengthAndDigest() throws IOException {
    UploadView upload = upload(Files.writeString(folder.resolve("my data.csv"), "abc"));

    assertThat(upload.uri()).isEqualTo("s3://b/uploads/1/x");
    assertThat(query).isEqualTo("name=my data.csv");
    assertThat(type).isEqualTo("application/octet-stream");
    assertThat(length).isEqualTo("3");
    assertThat(body).asString().isEqualTo("abc");
    assertThat(digest).isEqualTo("sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:");
    assertThat(told).isEmpty();
  }

  @Test
  void ofAFolderTheFilesOfSplitsAreSentAndNoArchiveOfThemStays() throws IOException {
    Files.createDirectory(folder.resolve("train.jsonl.d"));
    for (String name : List.of("train-0.jsonl", "test.jsonl.gz", "dev.parquet", "README.md")) {
      Files.writeString(folder.resolve(name), name);
    }
    Outgoing outgoing = Outgoing.of(folder);
    try (outgoing) {
      datasets.upload(outgoing, told::add);
    }

    Map<String, String> sent = new TreeMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(body))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        sent.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    assertThat(sent)
        .isEqualTo(
            Map.of(
                "train-0.jsonl", "train-0.jsonl",
                "test.jsonl.gz", "test.jsonl.gz",
                "dev.parquet", "dev.parquet"));
    assertThat(type).isEqualTo("application/zip");
    assertThat(query).isNull();
    assertThat(outgoing.file()).doesNotExist();
  }

  @Test
  void howALargeFileGoesIsToldInTenths() throws IOException {
    Path large = folder.resolve("large.parquet");
    try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
      file.setLength(60_000_000);
    }
    upload(large);

    assertThat(body).hasSize(60_000_000);
    assertThat(told).hasSize(10).first().asString().isEqualTo(" 10 %  6 of 60 MB");
    assertThat(told.get(9)).isEqualTo("100 %  60 of 60 MB");
  }

  @Test
  void aRefusalIsSaidInTheServicesWords() throws IOException {
    status = 413;
    answer = "{\"detail\": \"The upload has more than 3 bytes\"}";
    Path file = Files.writeString(folder.resolve("a.csv"), "");

    CommandFailure refused = catchThrowableOfType(CommandFailure.class, () -> upload(file));

    assertThat(refused).hasMessageContaining("The upload has more than 3 bytes");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.INVALID_INPUT);
  }

  @Test
  void whereThereIsNothingToSendNobodyIsAsked() {
    for (Path nothing : List.of(folder, folder.resolve("none.csv"))) {
      CommandFailure refused = catchThrowableOfType(CommandFailure.class, () -> upload(nothing));
      assertThat(refused).hasMessageContaining(nothing.toString());
      assertThat(refused.exitCode()).isEqualTo(ExitCode.INVALID_INPUT);
    }
    assertThat(type).isNull();
  }

  private UploadView upload(Path path) {
    try (Outgoing outgoing = Outgoing.of(path)) {
      return datasets.upload(outgoing, told::add);
    }
  }
}
