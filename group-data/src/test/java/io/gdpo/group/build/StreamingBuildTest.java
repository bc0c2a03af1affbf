package io.gdpo.group.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.spec.DatasetSpec;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamingBuildTest {
  private static final int EXAMPLES = 8_000;

  @TempDir Path folder;

  @Test
  void aFileLargerThanTheHeapIsBuilt() throws IOException, InterruptedException {
    Path file = folder.resolve("pairs.jsonl");
    try (Writer lines = Files.newBufferedWriter(file)) {
      for (int i = 0; i < EXAMPLES; i++) {
        lines.write(
            """
            {"prompt": "Q%d %s?", "options": ["Yes", "No"], "accept_choice_id": 4, \
            "accept_choice": "Yes", "accept_response": "Sure.", "reject_choice_id": 2, \
            "reject_choice": "No", "reject_response": "Never.", \
            "probabilities": [0, 0, 0.25, 0, 0.75, 0]}
            """
                .formatted(i, "all of it ".repeat(860)));
      }
    }
    assertThat(Files.size(file)).isGreaterThan(65L << 20);

    Path log = folder.resolve("log");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Build.class.getName(),
                file.toString(),
                folder.resolve("artifacts").toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();

    assertThat(child.waitFor()).as(Files.readString(log, StandardCharsets.UTF_8)).isZero();
    assertThat(Files.readString(log)).contains("{train=6400, eval=800, test=800}");
  }

  /** The child's program. */
  static final class Build {
    private Build() {}

    public static void main(String... args) {
      ArtifactStore artifacts = Artifacts.at(Path.of(args[1]).toUri());
      System.out.println(
          new DatasetBuilder(new Sources(artifacts), artifacts)
              .build(
                  "large",
                  new DatasetSpec(null, null, args[0], null, null, null, null, null, null, null),
                  Optional.empty())
              .examplesBySplit());
    }
  }
}
