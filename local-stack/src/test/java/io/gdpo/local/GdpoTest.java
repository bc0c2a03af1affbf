package io.gdpo.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.local.terminal.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class GdpoTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "up",
        "down",
        "plan",
        "preview",
        "upload",
        "submit",
        "status",
        "watch",
        "report",
        "export",
        "logs",
        "suspend",
        "resume",
        "cancel",
        "dead-letters"
      })
  void everyCommandsHelpShowsAnExampleAndTheExitCodes(String command) {
    assertThat(run(command, "--help")).isZero();
    assertThat(out.toString())
        .contains("Example")
        .contains("  gdpo " + command)
        .contains("Exit codes:");
  }

  @Test
  void anUnknownCommandIsAUsageError() {
    assertThat(run("dmeo")).isEqualTo(ExitCode.USAGE.code());
    assertThat(err.toString()).contains("dmeo").contains("demo");
  }

  @Test
  void noCommandIsAUsageError() {
    assertThat(run()).isEqualTo(ExitCode.USAGE.code());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "watch x",
        "report x",
        "export x/y out",
        "logs x",
        "cancel x",
        "dead-letters"
      })
  void withoutAStackACommandSaysHowToStartOne(String command) {
    assertThat(run((command + " --home " + folder).split(" ")))
        .isEqualTo(ExitCode.NOT_REACHABLE.code());
    assertThat(err.toString()).contains("No stack runs in " + folder).contains("gdpo up");
  }

  @Test
  void stoppingWhatDoesNotRunIsNoError() {
    assertThat(run("down", "--home", folder.toString())).isZero();
  }

  @Test
  void anInvalidExperimentIsRefusedBeforeAnyServiceIsAsked() throws IOException {
    Path file = Files.writeString(folder.resolve("e.yaml"), "name: [\n");

    assertThat(run("--home", folder.toString(), "submit", file.toString()))
        .isEqualTo(ExitCode.INVALID_INPUT.code());
    assertThat(err.toString()).contains("e.yaml").doesNotContain("\tat ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"plan", "preview"})
  void whatIsWrongWithAFileIsSaidBeforeAnythingIsStarted(String command) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("e.yaml"),
            """
            {name: My Own, dataset: {survey: none.csv, group: A}, model: ./none,
             stages: [{name: sft, training: {loss: sft, epochs: -1}}]}
            """);

    assertThat(run("--home", folder.toString(), command, file.toString()))
        .isEqualTo(ExitCode.INVALID_INPUT.code());
    assertThat(err.toString())
        .contains("  dataset.survey: there is no " + folder.resolve("none.csv"))
        .contains("  model.path: there is no " + folder.resolve("none"))
        .contains("  name: must be")
        .contains("  stages[0].training.epochs: must be")
        .doesNotContain("\tat ");
    assertThat(run("--home", folder.toString(), command, folder.resolve("no.yaml").toString()))
        .isEqualTo(ExitCode.INVALID_INPUT.code());
    assertThat(err.toString()).contains("There is no experiment file " + folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--samples=0", "--samples=-1", "--samples=x", "--split=test"})
  void aPreviewOfNothingIsAUsageError(String option) {
    assertThat(run("preview", "e.yaml", option)).isEqualTo(ExitCode.USAGE.code());
    assertThat(err.toString()).contains(option.replaceFirst("=.*", ""));
  }

  @Test
  void aStackTraceIsShownOnlyWhenAskedFor() {
    assertThat(run("--verbose", "--home", folder.toString(), "status"))
        .isEqualTo(ExitCode.NOT_REACHABLE.code());
    assertThat(err.toString()).contains("\tat io.gdpo.local");
  }

  @Test
  void anExportLooksAtItsFolderAndItsNameBeforeItAsksAnybody() throws IOException {
    Path full = Files.createDirectories(folder.resolve("full/of/things")).getParent();

    assertThat(run("export", "demo/gdpo", full.toString()))
        .isEqualTo(ExitCode.INVALID_INPUT.code());
    assertThat(err.toString()).contains(full + " is there already");
    assertThat(run("export", "demo", folder.resolve("new").toString()))
        .isEqualTo(ExitCode.USAGE.code());
    assertThat(err.toString()).contains("'demo' names no stage").contains("EXPERIMENT/STAGE");
  }

  @Test
  void aSurveyWithoutItsGroupIsAUsageError() {
    assertThat(run("demo", "--home", folder.toString(), "--survey", "mine.csv"))
        .isEqualTo(ExitCode.USAGE.code());
    assertThat(err.toString()).contains("--group");
  }

  private int run(String... arguments) {
    CommandLine commandLine = Gdpo.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }
}
