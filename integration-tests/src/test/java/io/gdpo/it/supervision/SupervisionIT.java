package io.gdpo.it.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gdpo.it.stack.Gdpo;
import io.gdpo.it.stack.Stack;
import io.gdpo.it.stack.TinyExperiment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What dies or falls silent beneath the services is noticed, told and mended. */
class SupervisionIT {
  private static final Map<String, String> IMPATIENT =
      Map.of("GDPO_PROBE_EVERY", "1", "GDPO_PROBE_LIMIT", "3", "GDPO_PROBE_MISSES", "2");

  @Test
  void aKilledDatabaseAndASilentServiceAreNoticedToldAndMended(@TempDir Path home)
      throws Exception {
    try (Stack stack = Stack.start(home, IMPATIENT)) {
      stack.submit(TinyExperiment.checkpointed("kept", 1));
      long database =
          Long.parseLong(Files.readAllLines(home.resolve("postgres/data/postmaster.pid")).get(0));
      ProcessHandle silent = stack.process("dataset-service");

      new ProcessBuilder("kill", "-STOP", Long.toString(silent.pid())).start().waitFor();
      ProcessHandle.of(database).orElseThrow().destroyForcibly();

      Gdpo.Result told = Gdpo.run("status", "--home", home.toString());
      assertThat(told.exitCode()).as(told.output() + told.errors()).isEqualTo(3);
      assertThat(told.output().lines().filter(line -> line.startsWith("dataset-service")))
          .singleElement()
          .asString()
          .contains("does not answer");
      assertThat(told.output()).contains("started again");

      await("all parts answer again")
          .atMost(Duration.ofSeconds(120))
          .untilAsserted(
              () -> {
                assertThat(stack.restarts("dataset-service")).isPositive();
                assertThat(stack.health()).hasSize(5).allMatch("ANSWERS"::equals);
              });
      assertThat(silent.isAlive()).isFalse();
      assertThat(stack.said())
          .contains("postgresql ended with exit code 137 (signal 9)")
          .contains("postgresql was started again")
          .contains("dataset-service has not answered 2 questions in a row");
      Gdpo.Result mended = Gdpo.run("status", "--home", home.toString());
      assertThat(mended.exitCode()).as(mended.output() + mended.errors()).isZero();
      assertThat(mended.output()).contains("kept").contains("(restarts: ");
    }
  }
}
