package io.gdpo.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
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

  @ParameterizedTest
  @ValueSource(strings = {"dataset-service", "trainer-service", "evaluator-service"})
  void aControlPlaneCarriesNoEngine(String service) throws IOException {
    assertThat(jars(Path.of("..", service, "target", "quarkus-app", "lib", "main")))
        .isNotEmpty()
        .noneMatch(jar -> ENGINES.stream().anyMatch(jar::contains));
  }

  @Test
  void aWorkerCarriesNoControlPlane() throws IOException {
    assertThat(jars(Path.of("..", "worker", "target", "lib")))
        .anyMatch(jar -> jar.contains("pytorch-engine"))
        .noneMatch(jar -> FRAMEWORKS.stream().anyMatch(jar::contains));
  }

  private static List<String> jars(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
