package io.gdpo.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.local.stack.StackState.Phase;
import io.gdpo.local.stack.StackState.ServiceState;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
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
    ProcessIdentity before = new ProcessIdentity(me.pid(), me.startedAt().minusSeconds(60));

    assertThat(before.running()).isEmpty();
    assertThat(me.running()).isPresent();
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
                URI.create("http://127.0.0.1:7"), supervisor, 0, Path.of("/trainer.log"))));
  }
}
