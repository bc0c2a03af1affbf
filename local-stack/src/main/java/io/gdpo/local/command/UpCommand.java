package io.gdpo.local.command;

import io.gdpo.local.home.Installation;
import io.gdpo.local.home.StackHome;
import io.gdpo.local.service.JarPrograms;
import io.gdpo.local.service.NativePrograms;
import io.gdpo.local.service.ServicePrograms;
import io.gdpo.local.stack.DetachedStack;
import io.gdpo.local.stack.StackHealth;
import io.gdpo.local.stack.StackLease;
import io.gdpo.local.stack.StackState;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code gdpo up}: starts the system and keeps it running. */
@Command(
    name = "up",
    header = "Start Kafka, PostgreSQL and the three services, and keep them running.",
    description = {
      "",
      "Stays in the foreground until Ctrl-C, which stops everything; with --detach it returns when"
          + " all is ready, and 'gdpo down' stops it. Ports are chosen free and written to"
          + " stack.json in the home. What dies, or does not answer for long, is started again.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  gdpo up                          until Ctrl-C",
      "  gdpo up --detach --json          in the background; prints the addresses",
      "  gdpo up --home /tmp/other        a second system, apart from the first",
      "  gdpo up --native .               services as native programs, compiled here"
    })
public final class UpCommand implements Callable<Integer> {
  @ParentCommand private CommonOptions common;

  @Option(
      names = {"-d", "--detach"},
      description = "Return when all is ready; the system stays up in the background.")
  private boolean detach;

  @Option(names = "--json", description = "Print stack.json when all is ready.")
  private boolean json;

  @Option(
      names = "--native",
      paramLabel = "DIR",
      description =
          "Run the services as native programs: the executables dataset-service, trainer-service"
              + " and evaluator-service of DIR; or DIR is a checkout in which they were compiled"
              + " (docs/how-to/native.md).")
  private Optional<Path> natively;

  @Override
  public Integer call() throws InterruptedException {
    StackHome home = common.home().create();
    HomeLogs.divert(home);
    Console console = json ? Console.forScripts() : Console.forPeople();
    Installation installation = Installation.current();
    ServicePrograms programs =
        natively
            .<ServicePrograms>map(NativePrograms::new)
            .orElseGet(() -> new JarPrograms(installation));
    if (detach) {
      StackState state =
          DetachedStack.start(home, installation, programs, common.program(), console::say);
      return describe(console, home, state, "'gdpo down' stops it.").code();
    }
    try (StackLease lease = StackLease.take(home, installation, programs, console::say)) {
      ExitCode exitCode =
          describe(
              console, home, lease.state(), lease.owned().isPresent() ? "Ctrl-C stops it." : "");
      if (lease.owned().isPresent()) {
        lease.owned().get().awaitClose();
        return ExitCode.OK.code();
      }
      return exitCode.code();
    }
  }

  private ExitCode describe(Console console, StackHome home, StackState state, String howToStop) {
    StackHealth health = StackHealth.ask(home, state);
    if (json) {
      console.printJson(state);
    } else {
      StatusCommand.describe(console, health);
      console.say(howToStop);
    }
    return health.isWell() ? ExitCode.OK : ExitCode.NOT_REACHABLE;
  }
}
