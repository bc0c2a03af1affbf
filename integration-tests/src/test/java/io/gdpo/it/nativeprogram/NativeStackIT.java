package io.gdpo.it.nativeprogram;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.it.stack.Gdpo;
import io.gdpo.it.stack.StandInPrograms;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gdpo up --native DIR} with too few programs; an experiment in S3 runs with all three. */
class NativeStackIT {
  @TempDir private Path programs;
  @TempDir private Path home;

  @Test
  void aProgramThatIsNotThereIsNamedBeforeAnythingIsStarted() throws IOException {
    new StandInPrograms(programs).make("dataset-service");

    Gdpo.Result up =
        Gdpo.run("up", "--native", programs.toString(), "--home", home.resolve("new").toString());

    assertThat(up.exitCode()).isEqualTo(7);
    assertThat(up.errors())
        .contains("no native program of trainer-service")
        .contains(programs.resolve("trainer-service").toString())
        .contains("docs/how-to/native.md");
    assertThat(home.resolve("new/stack.json")).doesNotExist();
  }
}
