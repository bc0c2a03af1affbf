package io.gdpo.local.command;

import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.local.client.TrainerClient;
import io.gdpo.local.experiment.ExperimentFile;
import io.gdpo.local.login.RemoteServices;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gdpo submit}: gives an experiment to the running system. */
@Command(
    name = "submit",
    header = "Submit an experiment file to the running system.",
    description = {
      "",
      "The file is YAML or JSON (docs/reference/experiment-file.md); paths in it are taken from its"
          + " own folder. It is checked here first, and everything that is wrong is said at once."
          + " Submitting the same experiment again changes nothing.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  gdpo submit examples/demo.yaml",
      "  gdpo submit mine.yaml && gdpo watch mine",
      "  gdpo submit mine.yaml --set name=mine-2 --set stages.gdpo.training.beta=0.2"
    })
public final class SubmitCommand implements Callable<Integer> {
  @ParentCommand private CommonOptions common;

  @Parameters(paramLabel = "FILE", description = "The experiment file.")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      description =
          "Another value for a field of the file, such as name=second; sections are separated by"
              + " dots, a stage is named by its name. Can be repeated.")
  private List<String> settings = List.of();

  @Option(names = "--json", description = "Print the experiment as the service tells it.")
  private boolean json;

  @Override
  public Integer call() {
    Console console = json ? Console.forScripts() : Console.forPeople();
    ExperimentFile experimentFile = ExperimentFile.read(file, settings);
    ExperimentSpec spec = experimentFile.spec();
    experimentFile.readings().forEach(console::say);
    if (RemoteServices.of(System.getenv()).isPresent()) {
      hint(spec.dataset()).ifPresent(console::say);
    }
    TrainerClient trainer = new TrainerClient(common.services());
    ExperimentView experiment = trainer.submit(spec);
    if (json) {
      console.printJson(experiment);
    } else {
      console.print(
          "Submitted "
              + experiment.name()
              + " ("
              + experiment.status()
              + "), "
              + experiment.stages().size()
              + " stages");
      console.say("Follow it with: gdpo watch " + experiment.name());
    }
    return ExitCode.OK.code();
  }

  /** A path of this machine is seldom one of a system elsewhere. */
  static Optional<String> hint(DatasetSpec dataset) {
    return Optional.ofNullable(dataset.source())
        .filter(source -> source.startsWith("file:///"))
        .map(source -> Path.of(URI.create(source)))
        .filter(Files::exists)
        .map(
            path ->
                "The data lies on this machine, and must lie there on that system's, too; if it"
                    + " does not: gdpo upload "
                    + path);
  }
}
