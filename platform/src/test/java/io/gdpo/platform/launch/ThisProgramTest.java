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
        .contains("-Duser.language=en", "-Dfile.encoding=UTF-8")
        .endsWith("-jar", Path.of("app/run.jar").toAbsolutePath().toString(), "train");
  }

  @Test
  void aJarInAFolderWithAColonIsNamedFromTheWorkingDirectory() {
    Path jar = Path.of("/home/a:b/app/quarkus-run.jar");

    assertThat(ThisProgram.address(jar, Path.of("/home/a:b"))).isEqualTo("app/quarkus-run.jar");
    assertThatThrownBy(() -> ThisProgram.address(jar, Path.of("/home/other")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("folder's name has a ':'");
  }

  @Test
  void withoutPackagedApplicationTheMainClassMustBeTold() {
    assertThatThrownBy(() -> ThisProgram.current(Optional.empty(), Optional.empty()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("gdpo.launcher.jar")
        .hasMessageContaining("gdpo.launcher.main-class");
  }
}
