package io.gdpo.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.local.home.StackHome;
import io.gdpo.local.service.Service;
import io.gdpo.local.stack.StackState.Phase;
import io.gdpo.local.stack.StackState.ServiceState;
import io.gdpo.local.supervision.Health;
import io.gdpo.local.terminal.CommandFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackStateTest {
  @TempDir Path folder;

  @Test
  void whatASupervisorWritesAnotherProcessFinds() {
    StackHome home = StackHome.at(folder);
    StackState written = state(ProcessIdentity.current());

    written.write(home.state());

    assertThat(RunningStack.find(home)).contains(written);
  }

  @Test
  void aStackWhoseSupervisorIsDeadIsNotFound() throws IOException, InterruptedException {
    StackHome home = StackHome.at(folder);
    Process process = new ProcessBuilder("true").start();
    ProcessIdentity dead = ProcessIdentity.of(process.toHandle());
    process.waitFor();

    state(dead).write(home.state());

    assertThat(RunningStack.find(home)).isEmpty();
  }

  @Test
  void aProcessThatGotADeadSupervisorsNumberIsNotTakenForIt() {
    ProcessIdentity me = ProcessIdentity.current();
    ProcessIdentity before =
        new ProcessIdentity(me.pid(), me.startedAt().minusSeconds(60), me.startTicks() - 6000);

    assertThat(before.running()).isEmpty();
    assertThat(me.running()).isPresent();
  }

  @Test
  void aProcessIsRecognisedWhateverTheClockDoes() {
    ProcessIdentity me = ProcessIdentity.current();
    assertThat(me.startTicks()).isPositive();

    for (long seconds : new long[] {-86_400, -1, 1, 3600}) {
      assertThat(
              new ProcessIdentity(me.pid(), me.startedAt().plusSeconds(seconds), me.startTicks())
                  .running())
          .as("the clock was set by %d s", seconds)
          .isPresent();
    }
    assertThat(new ProcessIdentity(me.pid(), me.startedAt().plusSeconds(1), null).running())
        .as("written by an earlier gdpo")
        .isPresent();
  }

  @Test
  void aStackWhoseRecordIsLostIsFoundByItsLock() throws IOException {
    StackHome home = StackHome.at(folder);
    StackLock lock = StackLock.tryAcquire(home.lock()).orElseThrow();
    for (String damage : List.of("", "{", "null", "{}", "[1]")) {
      Files.writeString(home.state(), damage);

      assertThat(RunningStack.find(home).map(StackState::supervisor))
          .as("stack.json holds '%s'", damage)
          .contains(ProcessIdentity.current());
    }
    lock.close();
    StackLock.tryAcquire(home.lock()).orElseThrow().close();
  }

  @Test
  void aDamagedRecordWithoutALockIsNoStack() throws IOException {
    Files.writeString(folder.resolve("stack.json"), "");

    assertThat(RunningStack.find(StackHome.at(folder))).isEmpty();
  }

  @Test
  void aHomeThatCannotBeUsedIsNamedWithWhatIsInTheWay() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThatThrownBy(() -> StackHome.at(file.resolve("home")).create())
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining(file.toString());
  }

  private static StackState state(ProcessIdentity supervisor) {
    return new StackState(
        Phase.READY,
        supervisor,
        "127.0.0.1:9",
        "jdbc:postgresql://localhost:8/postgres",
        Map.of(
            Service.TRAINER.label(),
            new ServiceState(
                URI.create("http://127.0.0.1:7"), supervisor, 0, Path.of("/trainer.log"))),
        Map.of(Service.TRAINER.label(), Health.starting(0)));
  }
}
