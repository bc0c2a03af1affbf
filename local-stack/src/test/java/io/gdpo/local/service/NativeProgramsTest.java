package io.gdpo.local.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.local.terminal.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeProgramsTest {
  @TempDir private Path folder;

  @Test
  void aProgramHasTheNameOfItsService() throws IOException {
    Path program = executable(folder.resolve("trainer-service"));

    assertThat(new NativePrograms(folder).command(Service.TRAINER, Path.of("/tmp/mine")))
        .startsWith(program.toString())
        .contains("-Djava.io.tmpdir=/tmp/mine", "-Duser.language=en")
        .endsWith("serve");
  }

  @Test
  void aCheckoutHasItWhereMavenLeavesIt() throws IOException {
    Path target = Files.createDirectories(folder.resolve("trainer-service/target"));
    Path program = executable(target.resolve("trainer-service-1.0-runner"));

    assertThat(new NativePrograms(folder).command(Service.TRAINER, folder))
        .startsWith(program.toString());
  }

  @Test
  void aStackInTheBackgroundIsToldOfTheSamePrograms() {
    assertThat(new NativePrograms(Path.of("bin")).options())
        .containsExactly("--native", Path.of("bin").toAbsolutePath().toString());
  }

  @Test
  void whatIsMissingIsNamedWithHowItIsMade() {
    assertThatThrownBy(() -> new NativePrograms(folder).command(Service.DATASET, folder))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("dataset-service")
        .hasMessageContaining(folder.resolve("dataset-service").toString())
        .extracting(failure -> ((CommandFailure) failure).remedy())
        .asString()
        .contains("docs/how-to/native.md");
  }

  @Test
  void aFileThatMayNotBeExecutedIsNamed() throws IOException {
    Path program = Files.writeString(folder.resolve("dataset-service"), "");

    assertThatThrownBy(() -> new NativePrograms(folder).command(Service.DATASET, folder))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining(program.toString())
        .hasMessageContaining("executed");
  }

  private static Path executable(Path file) throws IOException {
    Files.writeString(file, "");
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }
}
