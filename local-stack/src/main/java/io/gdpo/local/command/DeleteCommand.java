package io.gdpo.local.command;

import io.gdpo.local.client.StorageClient;
import io.gdpo.local.client.TrainerClient;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gdpo delete}: takes experiments or datasets away with all that was made for them. */
@Command(
    name = "delete",
    header = "Delete experiments that have ended, or datasets.",
    description = {
      "",
      "With an experiment go its jobs, models, checkpoints, evaluations and report; its dataset"
          + " stays. Nothing brings them back: export what is still wanted before. A dataset is"
          + " deleted when no experiment holds it any more.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {"  gdpo delete demo", "  gdpo delete --dataset survey-1c9e5f0a"})
public final class DeleteCommand implements Callable<Integer> {
  @ParentCommand private CommonOptions common;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", arity = "1..*", description = "Experiments, by their names.")
  private List<String> names;

  @Option(names = "--dataset", description = "NAME is a dataset's id.")
  private boolean dataset;

  @Option(
      names = "--force",
      description =
          "With --dataset: also while experiments hold it, which cannot train on it then.")
  private boolean force;

  @Override
  public Integer call() {
    if (force && !dataset) {
      throw new ParameterException(spec.commandLine(), "--force goes with --dataset only.");
    }
    Console console = Console.forPeople();
    for (String name : names) {
      if (dataset) {
        new StorageClient(common.services()).deleteDataset(name, force);
      } else {
        new TrainerClient(common.services()).delete(name);
      }
      console.print(name + " is deleted");
    }
    return ExitCode.OK.code();
  }
}
