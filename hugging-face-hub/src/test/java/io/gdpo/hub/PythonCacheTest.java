package io.gdpo.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against the tree that Python's huggingface_hub wrote for the same repository; made by {@code
 * tools/hub/check_cache.py}, which also checks both directions with Python itself.
 */
class PythonCacheTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path cache;
  private JsonNode python;

  @BeforeEach
  void read() throws IOException {
    try (InputStream in = getClass().getResourceAsStream("/hub/python-cache.json")) {
      python = JSON.readTree(in);
    }
  }

  @Test
  void aDownloadWritesTheTreeThatPythonWrites() throws IOException {
    try (HubServer hub = new HubServer()) {
      for (Map.Entry<String, JsonNode> link : python.path("links").properties()) {
        Path target = Path.of(link.getKey()).getParent().resolve(link.getValue().asText());
        hub.put(
            Path.of(link.getKey()).getFileName().toString(),
            python.path("files").path(target.normalize().toString()).asText());
      }

      client(hub.endpoint(), false).snapshot(HubServer.MODEL, new DownloadLog(line -> {}));
    }

    assertThat(tree()).isEqualTo(python);
  }

  @Test
  void whatPythonDownloadedIsUsedOffline() throws IOException {
    write();

    HubSnapshot snapshot =
        client(URI.create("http://127.0.0.1:9"), true)
            .snapshot(HubServer.MODEL, new DownloadLog(line -> {}));

    assertThat(snapshot.commit()).isEqualTo(HubServer.COMMIT);
    assertThat(snapshot.folder().resolve("model.safetensors")).content().startsWith("0123456789");
  }

  @Test
  void whatPythonFoundMissingIsNotAskedForAgain() throws IOException {
    write();

    HubSnapshot snapshot =
        client(URI.create("http://127.0.0.1:9"), false)
            .snapshot(
                HubServer.MODEL.at(HubServer.COMMIT),
                new DownloadLog(
                    line -> {
                      throw new AssertionError(line);
                    }));

    assertThat(snapshot.commit()).isEqualTo(HubServer.COMMIT);
  }

  private HubClient client(URI endpoint, boolean offline) {
    return new HubClient(
        new HubSettings(endpoint, cache, Optional.empty(), offline, Duration.ofSeconds(5)));
  }

  private void write() throws IOException {
    for (Map.Entry<String, JsonNode> file : python.path("files").properties()) {
      Path path = cache.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue().asText());
    }
    for (Map.Entry<String, JsonNode> link : python.path("links").properties()) {
      Path path = cache.resolve(link.getKey());
      Files.createDirectories(path.getParent());
      Files.createSymbolicLink(path, Path.of(link.getValue().asText()));
    }
  }

  private JsonNode tree() throws IOException {
    ObjectNode tree = JSON.createObjectNode();
    ObjectNode files = tree.putObject("files");
    ObjectNode links = tree.putObject("links");
    List<Path> paths;
    try (Stream<Path> all = Files.walk(cache)) {
      paths = all.sorted().toList();
    }
    for (Path path : paths) {
      String name = cache.relativize(path).toString();
      if (Files.isSymbolicLink(path)) {
        links.put(name, Files.readSymbolicLink(path).toString());
      } else if (Files.isRegularFile(path)) {
        files.put(name, Files.readString(path));
      }
    }
    return tree;
  }
}
