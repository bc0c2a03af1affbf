package io.gdpo.local.report;

import io.gdpo.local.client.EvaluatorClient;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An experiment's report in files: Markdown for reading and pasting, one HTML page with plots, JSON
 * for programs.
 */
public record ReportFiles(Path markdown, Path html, Path json) {

  /** Asks for the report in every format and writes it into {@code folder}. */
  public static ReportFiles write(EvaluatorClient evaluator, String experiment, Path folder) {
    ReportFiles files =
        new ReportFiles(
            folder.resolve("report.md"),
            folder.resolve("report.html"),
            folder.resolve("report.json"));
    write(files.markdown, evaluator.report(experiment, "md"));
    write(files.html, evaluator.report(experiment, "html"));
    write(files.json, evaluator.report(experiment, "json"));
    return files;
  }

  /** Writes a report, or what is part of one, to a file; makes its folder. */
  public static void write(Path file, String content) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.INVALID_INPUT,
          "The report cannot be written to " + file + ": " + e.getMessage(),
          "Name another file with --output.",
          e);
    }
  }

  /** The Markdown report's summary, as a terminal shows it. */
  public List<String> summary() {
    try {
      return TerminalMarkdown.render(TerminalMarkdown.summary(Files.readAllLines(markdown)));
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND, "The report " + markdown + " cannot be read", "", e);
    }
  }
}
