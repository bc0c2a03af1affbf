package io.gdpo.local.command;

import io.gdpo.contracts.state.StageState;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageView;
import io.gdpo.local.client.EvaluatorClient;
import io.gdpo.local.client.TrainerClient;
import io.gdpo.local.home.StackHome;
import io.gdpo.local.service.Service;
import io.gdpo.local.stack.RunningStack;
import io.gdpo.local.stack.StackHealth;
import io.gdpo.local.stack.StackState;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import io.gdpo.local.watch.Evaluating;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code gdpo status}: what runs where, and how the experiments stand. */
@Command(
    name = "status",
    header = "Show how the system's parts fare, and how its experiments stand.",
    description = {
      "",
      "Each part is asked whether it answers. Exit code 3 if no system runs in the home, or if a"
          + " part of it does not answer: one that is starting, ended, or is out of reach.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {"  gdpo status", "  gdpo status --json | jq '.experiments[].status'"})
public final class StatusCommand implements Callable<Integer> {
  @ParentCommand private CommonOptions common;

  @Option(names = "--json", description = "Print {stack, health, experiments}.")
  private boolean json;

  /**
   * What {@code --json} prints.
   *
   * @param experiments null if they cannot be asked for
   */
  record Status(StackState stack, StackHealth health, List<ExperimentView> experiments) {}

  @Override
  public Integer call() {
    Console console = json ? Console.forScripts() : Console.forPeople();
    StackHome home = common.home();
    StackState stack = RunningStack.find(home).orElseThrow(() -> RunningStack.none(home));
    StackHealth health = StackHealth.ask(home, stack);
    Optional<CommandFailure> failure = Optional.empty();
    List<ExperimentView> experiments = null;
    if (stack.services().containsKey(Service.TRAINER.label())) {
      try {
        experiments = new TrainerClient(stack).experiments();
      } catch (CommandFailure e) {
        failure = Optional.of(e); // the parts are what is asked for then
      }
    }
    if (json) {
      console.printJson(new Status(stack, health, experiments));
    } else {
      describe(console, health);
      console.print("");
      describe(console, experiments, stack, home);
      failure.ifPresent(e -> console.print("The experiments cannot be read: " + e.getMessage()));
    }
    return (health.isWell() && failure.isEmpty() ? ExitCode.OK : ExitCode.NOT_REACHABLE).code();
  }

  private static void describe(
      Console console, List<ExperimentView> experiments, StackState stack, StackHome home) {
    if (experiments == null) {
      return;
    }
    if (experiments.isEmpty()) {
      console.print("No experiments yet. Try: gdpo submit examples/demo.yaml");
    }
    boolean evaluates = stack.services().containsKey(Service.EVALUATOR.label());
    experiments.forEach(
        e ->
            describe(
                console,
                e,
                evaluates ? Evaluating.of(e, new EvaluatorClient(stack)) : Evaluating.NOTHING,
                home));
  }

  /** Where the parts are and how they fare, for a person. */
  static void describe(Console console, StackHealth health) {
    for (StackHealth.PartHealth part : health.parts()) {
      console.print(
          String.format(
              Locale.ROOT,
              "%-18s %-46s %s%s",
              part.name(),
              part.address() == null ? "-" : part.address(),
              part.words(),
              part.restarts() == 0 ? "" : "  (restarts: " + part.restarts() + ")"));
    }
    if (!health.isWell()) {
      console.print(health.remedy());
    }
  }

  private static void describe(
      Console console, ExperimentView experiment, Evaluating evaluating, StackHome home) {
    console.print(
        experiment.name()
            + "  "
            + experiment.status()
            + (experiment.reason() == null ? "" : ": " + experiment.reason())
            + waits(experiment.waitsFor()));
    for (StageView stage : experiment.stages()) {
      console.print(
          String.format(
              Locale.ROOT,
              "  %-12s %-10s %s%s%s",
              stage.name(),
              stage.status(),
              stage.jobId() == null ? "" : "job " + stage.jobId(),
              evaluating.of(stage).map(text -> ", " + text).orElse(""),
              waits(stage.waitsFor())));
      if (stage.status() == StageState.SUCCEEDED) {
        console.print(
            String.format(Locale.ROOT, "  %-12s model %s", "", home.bestModel(stage.jobId())));
      }
    }
  }

  private static String waits(String what) {
    return what == null ? "" : ", waits: " + what;
  }
}
