package io.gdpo.local.command;

import io.gdpo.local.home.StackHome;
import io.gdpo.local.stack.RunningStack;
import io.gdpo.local.stack.StackState;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code gdpo down}: stops the system that runs on a home. */
@Command(
    name = "down",
    header = "Stop the system; what it keeps in its home stays.",
    description = {
      "",
      "Services end first, then Kafka, then PostgreSQL. A training job that runs is stopped and goes"
          + " on from its last checkpoint when the system is up again. Nothing running is no error.",
      ""
    },
    footerHeading = "%nExample:%n",
    footer = "  gdpo down")
public final class DownCommand implements Callable<Integer> {
  @ParentCommand private CommonOptions common;

  @Override
  public Integer call() {
    StackHome home = common.home();
    Console console = Console.forPeople();
    Optional<StackState> running = RunningStack.find(home);
    if (running.isEmpty() && RunningStack.runsUnseen(home)) {
      throw RunningStack.none(home);
    } else if (running.isEmpty()) {
      console.say("No stack runs in " + home.root());
    } else {
      console.say("Stopping the stack in " + home.root());
      RunningStack.stop(home, running.get());
      console.say("Stopped");
    }
    return ExitCode.OK.code();
  }
}
