package io.gdpo.local.command;

import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.local.client.TrainerClient;
import io.gdpo.local.stack.RunningStack;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gdpo cancel}: stops an experiment. */
@Command(
    name = "cancel",
    header = "Stop an experiment: its running jobs end, the others never start.",
    footerHeading = "%nExample:%n",
    footer = "  gdpo cancel demo")
public final class CancelCommand implements Callable<Integer> {
  @ParentCommand private CommonOptions common;

  @Parameters(paramLabel = "NAME", description = "The experiment's name.")
  private String name;

  @Option(names = "--json", description = "Print the experiment as the service tells it.")
  private boolean json;

  @Override
  public Integer call() {
    Console console = json ? Console.forScripts() : Console.forPeople();
    ExperimentView experiment = new TrainerClient(RunningStack.require(common.home())).cancel(name);
    if (json) {
      console.printJson(experiment);
    } else {
      console.print(experiment.name() + " is being cancelled (" + experiment.status() + ")");
    }
    return ExitCode.OK.code();
  }
}
