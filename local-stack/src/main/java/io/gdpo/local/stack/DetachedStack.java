package io.gdpo.local.stack;

import io.gdpo.local.home.Installation;
import io.gdpo.local.home.LogTail;
import io.gdpo.local.home.StackHome;
import io.gdpo.local.service.ServicePrograms;
import io.gdpo.local.service.Services;
import io.gdpo.local.stack.StackState.Phase;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A stack whose supervisor is a process of its own, in the background. */
public final class DetachedStack {
  private static final int TAIL_LINES = 25;

  private DetachedStack() {}

  /**
   * Starts a supervisor and returns when its stack is ready; returns the stack that runs already,
   * if one does.
   *
   * @param program the class whose {@code main} is the command line
   */
  public static StackState start(
      StackHome home,
      Installation installation,
      ServicePrograms programs,
      String program,
      Consumer<String> news) {
    Optional<StackState> running = RunningStack.find(home);
    if (running.isPresent() && running.get().phase() != Phase.STOPPING) {
      news.accept("A stack runs in " + home.root() + " already: using it");
      return RunningStack.require(home);
    }
    Services.requireBuilt(home, installation, programs);
    news.accept("Starting the stack in " + home.root() + ", in the background");
    Path log = home.log("stack");
    Process supervisor = launch(home, program, programs.options(), log);
    while (supervisor.isAlive()) {
      boolean ready =
          RunningStack.find(home)
              .filter(s -> s.supervisor().pid() == supervisor.pid())
              .filter(s -> s.phase() == Phase.READY)
              .isPresent();
      if (ready) {
        return RunningStack.require(home);
      }
      RunningStack.pause();
    }
    throw new CommandFailure(
        ExitCode.NOT_STARTED,
        "The stack in " + home.root() + " did not start:\n" + LogTail.indented(log, TAIL_LINES),
        "The whole log is " + log + ".");
  }

  private static Process launch(StackHome home, String program, List<String> options, Path log) {
    List<String> command = new ArrayList<>();
    // It is to outlive this command and the terminal, whose signals it ignores; TERM it heeds.
    command.addAll(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "gdpo-up"));
    command.add(Installation.ownJava().toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program));
    command.addAll(List.of("up", "--home", home.root().toString()));
    command.addAll(options);
    try {
      return new ProcessBuilder(command)
          .redirectInput(new File("/dev/null"))
          .redirectErrorStream(true)
          .redirectOutput(log.toFile())
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException("The supervisor cannot be started: " + command, e);
    }
  }
}
