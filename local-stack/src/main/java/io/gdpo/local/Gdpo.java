package io.gdpo.local;

import io.gdpo.contracts.Reason;
import io.gdpo.local.command.CancelCommand;
import io.gdpo.local.command.CollectCommand;
import io.gdpo.local.command.CommonOptions;
import io.gdpo.local.command.DatasetCommand;
import io.gdpo.local.command.DeadLettersCommand;
import io.gdpo.local.command.DeleteCommand;
import io.gdpo.local.command.DemoCommand;
import io.gdpo.local.command.DownCommand;
import io.gdpo.local.command.ExportCommand;
import io.gdpo.local.command.LoginCommand;
import io.gdpo.local.command.LogsCommand;
import io.gdpo.local.command.PlanCommand;
import io.gdpo.local.command.PreviewCommand;
import io.gdpo.local.command.ReportCommand;
import io.gdpo.local.command.ResumeCommand;
import io.gdpo.local.command.StatusCommand;
import io.gdpo.local.command.SubmitCommand;
import io.gdpo.local.command.SuspendCommand;
import io.gdpo.local.command.UpCommand;
import io.gdpo.local.command.UploadCommand;
import io.gdpo.local.command.WatchCommand;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code gdpo} command line: a whole system on one machine, and experiments on it. */
@Command(
    name = "gdpo",
    synopsisSubcommandLabel = "COMMAND",
    header = {
      "Align a language model with a whole group's distribution of preferences,",
      "not only with its majority (Group Distributional Preference Optimization).",
      ""
    },
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nTo begin with:%n",
    footer = {
      "  gdpo demo                        a survey becomes data, models and a report",
      "  gdpo demo --survey mine.csv --group \"United States\"",
      "  gdpo plan examples/demo.yaml     or step by step: look before anything runs,",
      "  gdpo up --detach                 start the system,",
      "  gdpo submit examples/demo.yaml   give it an experiment,",
      "  gdpo watch demo                  see how it goes,",
      "  gdpo report demo                 read what came of it,",
      "  gdpo export demo/gdpo my-model   take a model along,",
      "  gdpo down                        stop the system",
      "",
      "'gdpo COMMAND --help' tells more about a command. The script itself takes one",
      "option, before all others: --rebuild builds everything anew, --no-build builds",
      "nothing."
    },
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      DownCommand.class,
      DatasetCommand.class,
      PlanCommand.class,
      PreviewCommand.class,
      UploadCommand.class,
      SubmitCommand.class,
      StatusCommand.class,
      WatchCommand.class,
      ReportCommand.class,
      ExportCommand.class,
      LogsCommand.class,
      SuspendCommand.class,
      ResumeCommand.class,
      CancelCommand.class,
      DeleteCommand.class,
      CollectCommand.class,
      DeadLettersCommand.class,
      LoginCommand.class
    })
public final class Gdpo extends CommonOptions implements Runnable {

  @Spec private CommandSpec spec;

  /** The version that the jar was built as. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String built = Gdpo.class.getPackage().getImplementationVersion();
      return new String[] {"gdpo " + (built == null ? "(not from a jar)" : built)};
    }
  }

  /** Without a command there is nothing to do but to say which there are. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command.");
  }

  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT); // names in code and figures for scripts, wherever this runs
    System.exit(commandLine().execute(arguments));
  }

  /** The command line with its rules for errors and exit codes. */
  static CommandLine commandLine() {
    Gdpo gdpo = new Gdpo();
    CommandLine commandLine = new CommandLine(gdpo);
    complete(commandLine);
    commandLine.setExecutionExceptionHandler(
        (failure, failed, parsed) -> gdpo.report(failure, failed));
    commandLine.setParameterExceptionHandler((wrong, arguments) -> refuse(wrong));
    return commandLine;
  }

  /** What is like the wrong word is a guess, so all that there is is shown, too. */
  private static int refuse(ParameterException wrong) {
    CommandLine refused = wrong.getCommandLine();
    PrintWriter err = refused.getErr();
    err.println(refused.getColorScheme().errorText(Console.harmless(wrong.getMessage())));
    UnmatchedArgumentException.printSuggestions(wrong, err);
    refused.usage(err, refused.getColorScheme());
    return ExitCode.USAGE.code();
  }

  /** Gives a command, and those below it, what all commands have. */
  private static void complete(CommandLine commandLine) {
    CommandSpec spec = commandLine.getCommandSpec();
    spec.mixinStandardHelpOptions(true).versionProvider(new Version());
    spec.usageMessage().exitCodeListHeading("%nExit codes:%n").exitCodeList(ExitCode.meanings());
    commandLine.getSubcommands().values().forEach(Gdpo::complete);
  }

  private int report(Exception failure, CommandLine failed) {
    PrintWriter err = failed.getErr();
    CommandLine.Help.ColorScheme colours = failed.getColorScheme();
    ExitCode exitCode = ExitCode.EXPERIMENT_FAILED;
    if (failure instanceof CommandFailure known) {
      exitCode = known.exitCode();
      err.println(colours.errorText(Console.harmless(known.getMessage())));
      if (!known.remedy().isEmpty()) {
        err.println(Console.harmless(known.remedy()));
      }
    } else if (failure instanceof UncheckedIOException io) {
      exitCode = ExitCode.INVALID_INPUT;
      err.println(
          colours.errorText(Console.harmless(io.getMessage() + ": " + Reason.of(io.getCause()))));
      err.println("Is the disk full, or the folder another user's?");
    } else {
      err.println(
          colours.errorText(
              "gdpo failed in a way it did not foresee: " + Console.harmless(failure.toString())));
      if (!isVerbose()) {
        err.println("--verbose shows where; please report it.");
      }
    }
    if (isVerbose()) {
      failure.printStackTrace(err);
    }
    err.flush();
    return exitCode.code();
  }
}
