package io.gdpo.it.nativeprogram;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.it.stack.Gdpo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gdpo up --native DIR}. */
class NativeStackIT {
  private static final List<String> SERVICES =
      List.of("dataset-service", "trainer-service", "evaluator-service");

  @TempDir private Path programs;
  @TempDir private Path home;

  /**
   * No compiler is needed for this: each executable stands in for a native program. It takes its
   * arguments as one does, options before the command, and runs the service on the JVM with them.
   */
  @Test
  void theStackRunsTheExecutablesOfTheFolder() throws IOException {
    for (String service : SERVICES) {
      standIn(service);
    }

    Gdpo.Result up =
        Gdpo.run(
            "up", "--detach", "--json", "--native", programs.toString(), "--home", home.toString());
    try {
      assertThat(up.exitCode()).as(up.errors()).isZero();
      JsonNode state = Json.EVENTS.readTree(up.output());
      for (String service : SERVICES) {
        assertThat(Files.readString(programs.resolve(service + ".arguments")))
            .startsWith(state.at("/services/" + service + "/process/pid").asText() + " -Xmx")
            .contains(" -Djava.io.tmpdir=" + home.toRealPath())
            .endsWith(" serve\n");
        assertThat(Files.readString(programs.resolve(service + ".java")).strip())
            .isEqualTo(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      }
    } finally {
      Gdpo.run("down", "--home", home.toString());
    }
  }

  @Test
  void aProgramThatIsNotThereIsNamedBeforeAnythingIsStarted() throws IOException {
    standIn("dataset-service");

    Gdpo.Result up =
        Gdpo.run("up", "--native", programs.toString(), "--home", home.resolve("new").toString());

    assertThat(up.exitCode()).isEqualTo(7);
    assertThat(up.errors())
        .contains("no native program of trainer-service")
        .contains(programs.resolve("trainer-service").toString())
        .contains("docs/how-to/native.md");
    assertThat(home.resolve("new/stack.json")).doesNotExist();
  }

  private void standIn(String service) throws IOException {
    Path jar = Path.of("..", service, "target/quarkus-app/quarkus-run.jar").toRealPath();
    Path program = programs.resolve(service);
    Files.writeString(
        program,
        """
        #!/bin/sh
        echo "$$ $*" >"$0.arguments"
        echo "$GDPO_LAUNCHER_JAVA" >"$0.java"
        left=$#
        for argument; do
          shift
          left=$((left - 1))
          [ "$left" = 0 ] || set -- "$@" "$argument"
        done
        exec "$GDPO_LAUNCHER_JAVA" "$@" -XX:TieredStopAtLevel=1 -jar '%s' "$argument"
        """
            .formatted(jar));
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }
}
