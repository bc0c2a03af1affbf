package io.gdpo.platform.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaProgramTest {
  @TempDir private Path folder;

  @Test
  void theWorkerIsTheJarOfAFolderAndItsLibraries() throws IOException {
    Files.createDirectory(folder.resolve("lib"));

    assertThat(JavaProgram.ofWorker(folder).command(List.of("-Xmx1g"), List.of("train")))
        .startsWith(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-Xmx1g")
        .contains("-Duser.language=en", "-Dfile.encoding=UTF-8")
        .endsWith("-cp", folder + "/*:" + folder + "/lib/*", "io.gdpo.worker.Worker", "train");
  }

  @Test
  void theWorkerStartsWithTheClassDataThatLiesBesideIt() throws IOException {
    Files.createDirectory(folder.resolve("lib"));
    Path classData = Files.createFile(folder.resolve("worker.jsa"));

    assertThat(JavaProgram.ofWorker(folder).program())
        .startsWith("-XX:SharedArchiveFile=" + classData)
        .containsSequence("-cp", folder + "/*:" + folder + "/lib/*", "io.gdpo.worker.Worker");
  }

  @Test
  void theWorkerOfABuildIsItsClassesAndWhatItsClassPathNames() throws IOException {
    Path classPath = Files.writeString(folder.resolve("class-path"), "/a.jar:/b.jar\n");

    assertThat(JavaProgram.ofWorker(classPath).program())
        .startsWith("-cp", folder.resolve("classes") + ":/a.jar:/b.jar");
  }

  @Test
  void aFolderWithAColonIsNamedFromTheWorkingDirectory() {
    Path worker = Path.of("/home/a:b/worker");

    assertThat(JavaProgram.address(worker, Path.of("/home/a:b"))).isEqualTo("worker");
    assertThatThrownBy(() -> JavaProgram.address(worker, Path.of("/home/other")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("folder's name has a ':'");
  }

  @Test
  void aNativeServiceRunsItsWorkersWithTheJavaThatIsInstalled() throws IOException {
    assertThat(JavaProgram.java("/own", "/installed")).isEqualTo("/own/bin/java");
    assertThat(JavaProgram.java(null, "/installed")).isEqualTo("/installed/bin/java");
    assertThat(JavaProgram.java(null, null)).isEqualTo("java");
    Files.createDirectory(folder.resolve("lib"));
    assertThat(
            JavaProgram.ofWorker(folder)
                .by(Path.of("/other/java"))
                .command(List.of("-Xmx1g"), List.of("train")))
        .startsWith("/other/java", "-Xmx1g");
  }

  @Test
  void theWorkerIsFoundBesideAServiceOnTheJvmAndBesideANativeOne() throws IOException {
    Path worker = Files.createDirectories(folder.resolve("worker/target"));
    Path service = folder.resolve("trainer-service/target");

    assertThat(JavaProgram.workerBeside(service.resolve("quarkus-app/quarkus-run.jar")))
        .contains(worker);
    assertThat(JavaProgram.workerBeside(service.resolve("trainer-service-1.0-runner")))
        .contains(worker);
    assertThat(JavaProgram.workerBeside(Path.of("/opt/gdpo/service"))).isEmpty();
    assertThat(JavaProgram.workerBeside(Path.of("/java"))).isEmpty();
  }

  @Test
  void aWorkerThatIsNotThereIsSaidWithTheSetting() {
    assertThatThrownBy(() -> JavaProgram.ofWorker(folder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has no folder lib");
    assertThatThrownBy(() -> JavaProgram.ofWorker(folder.resolve("class-path")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("gdpo.launcher.worker");
  }
}
