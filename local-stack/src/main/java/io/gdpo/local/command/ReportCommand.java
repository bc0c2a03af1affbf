package io.gdpo.local.command;

import io.gdpo.local.client.EvaluatorClient;
import io.gdpo.local.report.ReportFiles;
import io.gdpo.local.report.TerminalMarkdown;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gdpo report}: what came of an experiment. */
@Command(
    name = "report",
    header = "Show an experiment's report: its stages against metrics and yardsticks.",
    description = {
      "",
      "Without --format: the table, for a terminal. Stages that are not evaluated yet are left out.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  gdpo report demo",
      "  gdpo report demo --format html --output report.html",
      "  gdpo report demo --format json | jq ."
    })
public final class ReportCommand implements Callable<Integer> {
  @ParentCommand private CommonOptions common;

  @Parameters(paramLabel = "NAME", description = "The experiment's name.")
  private String name;

  /** The formats that evaluator-service writes. */
  enum Format {
    md,
    html,
    json
  }

  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}.")
  private Optional<Format> format;

  @Option(names = "--json", description = "The same as --format json.")
  private boolean json;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write the report to this file.")
  private Optional<Path> output;

  @Override
  public Integer call() {
    EvaluatorClient evaluator = new EvaluatorClient(common.services());
    Optional<Format> wanted = json ? Optional.of(Format.json) : format;
    String report = evaluator.report(name, wanted.orElse(Format.md).name());
    Console console = Console.forPeople();
    if (output.isPresent()) {
      ReportFiles.write(output.get(), report);
      console.say("Wrote " + output.get().toAbsolutePath());
    } else if (wanted.isPresent()) {
      console.print(report);
    } else {
      TerminalMarkdown.render(TerminalMarkdown.summary(report.lines().toList()))
          .forEach(console::print);
    }
    return ExitCode.OK.code();
  }
}
