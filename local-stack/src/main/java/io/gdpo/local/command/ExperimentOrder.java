package io.gdpo.local.command;

import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.local.client.TrainerClient;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** What is asked of one experiment: {@code gdpo cancel}, {@code suspend}, {@code resume}. */
abstract class ExperimentOrder implements Callable<Integer> {
  private final BiFunction<TrainerClient, String, ExperimentView> order;
  private final String words;

  @ParentCommand private CommonOptions common;

  @Parameters(paramLabel = "NAME", description = "The experiment's name.")
  private String name;

  @Option(names = "--json", description = "Print the experiment as the service tells it.")
  private boolean json;

  /**
   * @param words what is told of the experiment then
   */
  ExperimentOrder(BiFunction<TrainerClient, String, ExperimentView> order, String words) {
    this.order = order;
    this.words = words;
  }

  @Override
  public final Integer call() {
    Console console = json ? Console.forScripts() : Console.forPeople();
    ExperimentView experiment = order.apply(new TrainerClient(common.services()), name);
    if (json) {
      console.printJson(experiment);
    } else {
      console.print(experiment.name() + " " + words + " (" + experiment.status() + ")");
    }
    return ExitCode.OK.code();
  }
}
