package io.gdpo.it.killedlauncher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.it.stack.Gdpo;
import io.gdpo.it.stack.Records;
import io.gdpo.it.stack.Stack;
import io.gdpo.it.stack.TinyExperiment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A launcher that cannot clean up behind itself still leaves nothing behind. */
class KilledLauncherIT {

  @Test
  void nothingSurvivesKillMinusNineAndTheHomeServesAgain(@TempDir Path home) {
    Stack stack = Stack.start(home);
    List<ProcessHandle> family;
    try (Records records = new Records(stack)) {
      stack.submit(TinyExperiment.checkpointed("orphan", 1000));
      records.await("training", Duration.ofSeconds(90), r -> r.is("JobProgressed"));
      family = processesOf(stack);
      assertThat(family).as("launcher, services, job, PostgreSQL").hasSizeGreaterThan(5);

      stack.launcher().destroyForcibly();
    }
    await("every process has ended")
        .atMost(Duration.ofSeconds(40))
        .untilAsserted(() -> assertThat(family).noneMatch(ProcessHandle::isAlive));

    try (Stack again = Stack.start(home)) {
      assertThat(again.experiment("orphan").status()).isEqualTo(ExperimentStatus.RUNNING);
      Gdpo.Result second = Gdpo.run("up", "--home", home.toString());
      assertThat(second.exitCode()).isZero();
      assertThat(second.output()).contains("already");
      assertThat(Gdpo.run("cancel", "orphan", "--home", home.toString()).exitCode()).isZero();
      family.clear();
      family.addAll(processesOf(again));
    }
    await("an orderly stop leaves nothing either")
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(family).noneMatch(ProcessHandle::isAlive));
  }

  /** The launcher, its descendants, and PostgreSQL, which is nobody's child. */
  private static List<ProcessHandle> processesOf(Stack stack) {
    Stream<ProcessHandle> database =
        ProcessHandle.allProcesses()
            .filter(
                p ->
                    p.info()
                        .arguments()
                        .map(a -> List.of(a).contains(stack.home() + "/postgres/data"))
                        .orElse(false));
    return Stream.of(
            Stream.of(stack.launcher().toHandle()), stack.launcher().descendants(), database)
        .flatMap(s -> s)
        .distinct()
        .collect(Collectors.toCollection(ArrayList::new));
  }
}
