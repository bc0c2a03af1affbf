package io.gdpo.local.command;

import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.local.client.EvaluatorClient;
import io.gdpo.local.client.TrainerClient;
import io.gdpo.local.service.ServiceAddresses;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import io.gdpo.local.watch.ExperimentWatch;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gdpo watch}: follows an experiment to its end. */
@Command(
    name = "watch",
    header = "Follow an experiment until it ends.",
    description = {
      "",
      "A bar for each stage in a terminal, plain lines elsewhere. Ctrl-C ends the watching, not the"
          + " experiment. Exit code 0 if it succeeded, 1 if it failed or was cancelled.",
      ""
    },
    footerHeading = "%nExample:%n",
    footer = "  gdpo watch demo && gdpo report demo")
public final class WatchCommand implements Callable<Integer> {
  @ParentCommand private CommonOptions common;

  @Parameters(paramLabel = "NAME", description = "The experiment's name.")
  private String name;

  @Option(names = "--json", description = "Print the experiment as it ended.")
  private boolean json;

  @Override
  public Integer call() {
    Console console = json ? Console.forScripts() : Console.forPeople();
    ServiceAddresses stack = common.services();
    ExperimentView ended =
        new ExperimentWatch(new TrainerClient(stack), new EvaluatorClient(stack), console)
            .untilItEnds(name);
    if (json) {
      console.printJson(ended);
    }
    return conclude(console, ended).code();
  }

  /** Says how an experiment ended, and as which exit code. */
  static ExitCode conclude(Console console, ExperimentView ended) {
    if (ended.status() == ExperimentStatus.SUCCEEDED) {
      console.say(ended.name() + " succeeded");
      return ExitCode.OK;
    }
    console.say(
        ended.name()
            + " "
            + (ended.status() == ExperimentStatus.FAILED ? "failed" : "was cancelled")
            + (ended.reason() == null ? "" : ": " + ended.reason()));
    return ExitCode.EXPERIMENT_FAILED;
  }
}
