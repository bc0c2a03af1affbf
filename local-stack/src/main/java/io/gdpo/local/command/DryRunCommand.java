package io.gdpo.local.command;

import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.local.dryrun.DatasetPlace;
import io.gdpo.local.dryrun.DryRun;
import io.gdpo.local.experiment.ExperimentFile;
import io.gdpo.local.home.Installation;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What a person looks at before training: {@code gdpo plan} and {@code preview}. */
abstract class DryRunCommand implements Callable<Integer> {
  @ParentCommand private CommonOptions common;
  @Spec private CommandSpec command;

  @Parameters(paramLabel = "FILE", description = "The experiment file.")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      description = "Another value for a field of the file, as with submit. Can be repeated.")
  private List<String> settings = List.of();

  @Option(names = "--json", description = "Print it as JSON, as the service tells it.")
  private boolean json;

  @Override
  public final Integer call() throws InterruptedException {
    check(command);
    Console console = json ? Console.forScripts() : Console.forPeople();
    ExperimentFile experimentFile = ExperimentFile.read(file, settings);
    ExperimentSpec spec = experimentFile.spec();
    experimentFile.readings().forEach(console::say);
    console.say("Looking at model and data; nothing is started or changed ...");
    DryRun run =
        DryRun.of(
            spec,
            DatasetPlace.of(spec.dataset(), common.servicesThatRun()),
            common.home().artifacts().toUri(),
            Installation.current());
    return (json ? json(console, run) : text(console, spec, run)).code();
  }

  /** The experiment's file, as it was named. */
  final Path file() {
    return file;
  }

  /** Refuses options that make no sense. */
  void check(CommandSpec spec) {}

  abstract ExitCode text(Console console, ExperimentSpec spec, DryRun run);

  abstract ExitCode json(Console console, DryRun run);
}
