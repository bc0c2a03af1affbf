package io.gdpo.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A control plane carries no engine, and a worker no control plane: seen from what was packaged.
 */
class ClassPathsIT {
  private static final List<String> ENGINES =
      List.of(
          "djl",
          "pytorch",
          "tokenizers",
          "duckdb",
          "causal-lm",
          "training-engine",
          "evaluation-engine",
          "chat-client",
          "group-data");
  private static final List<String> FRAMEWORKS =
      List.of("quarkus", "smallrye", "vertx", "hibernate", "kafka", "postgresql", "jakarta");

  private static final Path WORKER = Path.of("..", "worker", "target").toAbsolutePath().normalize();

  @ParameterizedTest
  @ValueSource(strings = {"dataset-service", "trainer-service", "evaluator-service"})
  void aControlPlaneCarriesNoEngine(String service) throws IOException {
    assertThat(jars(Path.of("..", service, "target", "quarkus-app", "lib", "main")))
        .isNotEmpty()
        .noneMatch(jar -> ENGINES.stream().anyMatch(jar::contains));
  }

  @Test
  void aWorkerCarriesNoControlPlane() throws IOException {
    assertThat(jars(WORKER.resolve("lib")))
        .anyMatch(jar -> jar.contains("pytorch-engine"))
        .noneMatch(jar -> FRAMEWORKS.stream().anyMatch(jar::contains));
  }

  /** With {@code -Xshare:on} a JVM does not start if any jar is another than when it was made. */
  @Test
  void aWorkerStartsWithTheClassDataOfItsBuild() throws Exception {
    Process worker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:on",
                "-XX:SharedArchiveFile=" + WORKER.resolve("worker.jsa"),
                "-cp",
                WORKER + "/*:" + WORKER + "/lib/*",
                "io.gdpo.worker.Worker",
                "nothing")
            .redirectErrorStream(true)
            .start();

    assertThat(new String(worker.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .startsWith("'nothing' is none of");
    assertThat(worker.waitFor()).isEqualTo(64);
  }

  @Test
  void duckDbNeedNotDecompressItsLibrary() throws IOException {
    String library = "libduckdb_java.so_linux_amd64";
    String driver =
        jars(WORKER.resolve("lib")).stream()
            .filter(jar -> jar.startsWith("duckdb_jdbc"))
            .findFirst()
            .orElseThrow();
    try (ZipFile first = new ZipFile(WORKER.resolve("duckdb-library-linux-x86_64.jar").toFile());
        ZipFile second = new ZipFile(WORKER.resolve("lib").resolve(driver).toFile())) {
      assertThat(first.getEntry(library).getMethod()).isEqualTo(ZipEntry.STORED);
      assertThat(first.getEntry(library).getCrc()).isEqualTo(second.getEntry(library).getCrc());
    }
  }

  private static List<String> jars(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
