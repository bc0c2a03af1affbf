package io.gdpo.platform.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ThisProgramTest {

  @Test
  void aNamedJarIsRunFromWhereverTheChildStands() {
    ThisProgram program =
        ThisProgram.current(Optional.of(Path.of("app/run.jar")), Optional.empty());

    assertThat(program.command(List.of("-Xmx1g"), List.of("train")))
        .startsWith(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-Xmx1g")
        .endsWith("-jar", Path.of("app/run.jar").toAbsolutePath().toString(), "train");
  }

  @Test
  void withoutPackagedApplicationTheMainClassMustBeTold() {
    assertThatThrownBy(() -> ThisProgram.current(Optional.empty(), Optional.empty()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("gdpo.launcher.jar")
        .hasMessageContaining("gdpo.launcher.main-class");
  }
}
