package io.gdpo.platform.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.ParentWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalProcessLauncherTest {
  @TempDir Path folder;

  @BeforeAll
  static void allowForABusyMachine() {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
  }

  private static final LaunchRequest.Needs NEEDS =
      LaunchRequest.Needs.ofProcessors(1).withGrace(Duration.ofSeconds(20));

  static LocalProcessLauncher launcher() {
    return new LocalProcessLauncher(
        new LocalProcessLauncher.Settings(
            JavaProgram.ofClassPath(
                System.getProperty("java.class.path"), ChildProgram.class.getName()),
            List.of(
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager")));
  }

  @Test
  void aJobRunsInAJvmOfItsOwnWithItsThreadsAndItsLog() {
    try (LocalProcessLauncher launcher = launcher()) {
      Path log = folder.resolve("logs/job.log");
      launcher.launch(
          new LaunchRequest(
              "job",
              List.of("environment"),
              log,
              LaunchRequest.Needs.ofProcessors(2),
              Map.of("EXTRA", "yes")));

      await().until(() -> launcher.status("job").equals(new LaunchState.Ended(0)));
      assertThat(log)
          .content()
          .contains(
              "OMP_NUM_THREADS=2",
              "OMP_WAIT_POLICY=PASSIVE",
              "DJL_OFFLINE=true",
              "OPT_OUT_TRACKING=true",
              "EXTRA=yes",
              "threads=2",
              "heap=6",
              "an error, too");
    }
  }

  @Test
  void aJobsLocaleAndCharsetAreTheSameWhoeverStartedTheService() throws IOException {
    try (LocalProcessLauncher launcher = launcher()) {
      Path log = folder.resolve("job.log");
      launcher.launch(
          new LaunchRequest(
              "job",
              List.of("environment"),
              log,
              NEEDS,
              Map.of("JAVA_TOOL_OPTIONS", "-Duser.language=tr -Dfile.encoding=ISO-8859-9")));

      await().until(() -> launcher.status("job").equals(new LaunchState.Ended(0)));
      assertThat(log)
          .content()
          .contains("locale=en upper i=I", "charset=UTF-8 Türkiye", "name=Türkiye");
    }
  }

  @Test
  void aJobThatIsToBeStoppedBySigtermIsAskedByIt() {
    try (LocalProcessLauncher launcher = launcher()) {
      Path pidFile = folder.resolve("pid");
      launcher.launch(
          new LaunchRequest(
              "job",
              List.of("work-until-sigterm", pidFile.toString()),
              folder.resolve("job.log"),
              NEEDS.withStop(LaunchRequest.StopBy.SIGTERM)));
      await().until(() -> Files.exists(pidFile));

      launcher.cancel("job");

      await().until(() -> launcher.status("job").equals(new LaunchState.Ended(143)));
      assertThat(folder.resolve("job.log")).content().contains("stopped in order");
    }
  }

  @Test
  void anExitCodeIsToldAndAnEndIsHeardOf() {
    try (LocalProcessLauncher launcher = launcher()) {
      Set<String> ended = ConcurrentHashMap.newKeySet();
      launcher.onExit(ended::add);
      assertThat(launcher.status("job")).isEqualTo(new LaunchState.Gone());

      launcher.launch(request("job", "exit", "7"));

      assertThat(launcher.status("job")).isEqualTo(new LaunchState.Running());
      await().until(() -> ended.contains("job"));
      assertThat(launcher.status("job")).isEqualTo(new LaunchState.Ended(7));
    }
  }

  @Test
  void twoLaunchesOfOneNameLaunchOnceEvenAfterTheEnd() throws Exception {
    try (LocalProcessLauncher launcher = launcher()) {
      Path pidFile = folder.resolve("pid");
      launcher.launch(request("job", "work", pidFile.toString()));
      launcher.launch(request("job", "work", folder.resolve("other").toString()));
      await().until(() -> Files.exists(pidFile));
      launcher.cancel("job");
      await().until(() -> launcher.status("job").equals(new LaunchState.Ended(0)));

      launcher.launch(request("job", "exit", "7"));

      assertThat(launcher.status("job")).isEqualTo(new LaunchState.Ended(0));
      assertThat(folder.resolve("other")).doesNotExist();
    }
  }

  @Test
  void aCancelledJobEndsItsWorkInOrder() {
    try (LocalProcessLauncher launcher = launcher()) {
      Path pidFile = folder.resolve("pid");
      launcher.launch(request("job", "work", pidFile.toString()));
      await().until(() -> Files.exists(pidFile));

      launcher.cancel("job");

      await().until(() -> launcher.status("job").equals(new LaunchState.Ended(0)));
      assertThat(folder.resolve("job.log")).content().contains("stopped in order");
    }
  }

  @Test
  void aJobThatDoesNotStopHaltsItself() {
    try (LocalProcessLauncher launcher = launcher()) {
      Path pidFile = folder.resolve("pid");
      launcher.launch(request("job", "hang", pidFile.toString()));
      await().until(() -> Files.exists(pidFile));

      launcher.cancel("job");

      await().until(() -> launcher.status("job").equals(new LaunchState.Ended(ExitCode.HALTED)));
    }
  }

  @Test
  void aJobThatDoesNotHaltItselfEitherIsKilledAfterTheGracePeriod() {
    try (LocalProcessLauncher launcher = launcher()) {
      launcher.launch(
          new LaunchRequest(
              "job",
              List.of("hang", folder.resolve("pid").toString()),
              folder.resolve("job.log"),
              NEEDS.withGrace(Duration.ofMillis(200)),
              Map.of(ParentWatch.VARIABLE, "no")));
      await().until(() -> Files.exists(folder.resolve("pid")));

      launcher.cancel("job");

      await().until(() -> launcher.status("job").equals(new LaunchState.Ended(128 + 9)));
    }
  }

  @Test
  void cancellingWhatDoesNotRunDoesNothing() {
    try (LocalProcessLauncher launcher = launcher()) {
      launcher.cancel("never launched");
      launcher.launch(request("job", "exit", "7"));
      await().until(() -> launcher.status("job") instanceof LaunchState.Ended);
      launcher.cancel("job");
      assertThat(launcher.status("job")).isEqualTo(new LaunchState.Ended(7));
    }
  }

  @Test
  void closingEndsAllJobs() throws Exception {
    long pid;
    try (LocalProcessLauncher launcher = launcher()) {
      Path pidFile = folder.resolve("pid");
      launcher.launch(request("job", "work", pidFile.toString()));
      await().until(() -> Files.exists(pidFile));
      pid = Long.parseLong(Files.readString(pidFile));
    }

    assertThat(ProcessHandle.of(pid)).isEmpty();
    assertThat(folder.resolve("job.log")).content().contains("stopped in order");
  }

  @Test
  void aJobEndsWhenItsLauncherIsKilled() throws Exception {
    Process parent =
        new ProcessBuilder(
                JavaProgram.ofClassPath(
                        System.getProperty("java.class.path"), ChildProgram.class.getName())
                    .command(List.of("-Xmx64m"), List.of("launch", folder.toString())))
            .inheritIO()
            .start();
    Path pidFile = folder.resolve("grandchild.pid");
    await().until(() -> Files.exists(pidFile));
    ProcessHandle job = ProcessHandle.of(Long.parseLong(Files.readString(pidFile))).orElseThrow();

    parent.destroyForcibly().waitFor();

    await().until(() -> !job.isAlive());
    assertThat(folder.resolve("grandchild.log")).content().contains("stopped in order");
  }

  @Test
  void aLogThatCannotBeWrittenFailsTheLaunch() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    try (LocalProcessLauncher launcher = launcher()) {
      LaunchRequest request =
          new LaunchRequest("job", List.of("exit", "0"), file.resolve("job.log"), NEEDS);
      assertThatThrownBy(() -> launcher.launch(request))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("Job job cannot be started");
      assertThat(launcher.status("job")).isEqualTo(new LaunchState.Gone());
    }
  }

  private LaunchRequest request(String name, String... arguments) {
    return new LaunchRequest(name, List.of(arguments), folder.resolve(name + ".log"), NEEDS);
  }
}
