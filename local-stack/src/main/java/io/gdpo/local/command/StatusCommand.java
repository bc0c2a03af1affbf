package io.gdpo.local.command;

import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageView;
import io.gdpo.local.Console;
import io.gdpo.local.ExitCode;
import io.gdpo.local.Gdpo;
import io.gdpo.local.client.TrainerClient;
import io.gdpo.local.stack.RunningStack;
import io.gdpo.local.stack.StackState;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code gdpo status}: what runs where, and how the experiments stand. */
@Command(
    name = "status",
    header = "Show the system's addresses and how its experiments stand.",
    description = {"", "Exit code 3 if no system runs in the home.", ""},
    footerHeading = "%nExamples:%n",
    footer = {"  gdpo status", "  gdpo status --json | jq '.experiments[].status'"})
public final class StatusCommand implements Callable<Integer> {
  @ParentCommand private Gdpo gdpo;

  @Option(names = "--json", description = "Print {stack, experiments}.")
  private boolean json;

  /** What {@code --json} prints. */
  record Status(StackState stack, List<ExperimentView> experiments) {}

  @Override
  public Integer call() {
    Console console = json ? Console.forScripts() : Console.forPeople();
    StackState stack = RunningStack.require(gdpo.home());
    List<ExperimentView> experiments = new TrainerClient(stack).experiments();
    if (json) {
      console.printJson(new Status(stack, experiments));
    } else {
      describe(console, stack);
      console.print("");
      if (experiments.isEmpty()) {
        console.print("No experiments yet. Try: gdpo submit examples/demo.yaml");
      }
      experiments.forEach(e -> describe(console, e));
    }
    return ExitCode.OK.code();
  }

  /** The stack's addresses, for a person. */
  static void describe(Console console, StackState stack) {
    console.print(row("Kafka", stack.kafka()));
    console.print(row("PostgreSQL", stack.database()));
    stack
        .services()
        .forEach(
            (name, service) ->
                console.print(
                    row(name, service.url())
                        + (service.restarts() == 0
                            ? ""
                            : "  (restarts: " + service.restarts() + ")")));
  }

  private static String row(String what, Object where) {
    return String.format("%-18s %s", what, where);
  }

  private static void describe(Console console, ExperimentView experiment) {
    console.print(
        experiment.name()
            + "  "
            + experiment.status()
            + (experiment.reason() == null ? "" : ": " + experiment.reason()));
    for (StageView stage : experiment.stages()) {
      console.print(
          String.format(
              "  %-12s %-10s %s",
              stage.name(), stage.status(), stage.jobId() == null ? "" : "job " + stage.jobId()));
    }
  }
}
