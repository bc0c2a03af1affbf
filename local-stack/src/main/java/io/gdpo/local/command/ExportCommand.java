package io.gdpo.local.command;

import io.gdpo.contracts.state.StageState;
import io.gdpo.contracts.view.ExperimentView.StageView;
import io.gdpo.local.client.TrainerClient;
import io.gdpo.local.home.Installation;
import io.gdpo.local.stack.RunningStack;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gdpo export}: a trained model for others, written by the worker. */
@Command(
    name = "export",
    header = "Write a trained model for others: transformers, PEFT, an inference server.",
    description = {
      "",
      "Writes a whole model in Hugging Face layout, in the number format of the model that it was"
          + " trained from: low-rank updates are added to the weights. With --adapter it writes one"
          + " PEFT adapter for the published model instead: the updates of all stages on the way,"
          + " joined. DIR appears whole or not at all.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  gdpo export demo/gdpo my-model",
      "  gdpo export mine/gdpo my-adapter --adapter",
      "  gdpo export ./folder/best my-model     by its folder; no system need run"
    })
public final class ExportCommand implements Callable<Integer> {
  @ParentCommand private CommonOptions common;

  @Parameters(
      index = "0",
      paramLabel = "EXPERIMENT/STAGE",
      description = "A stage that has succeeded; or a model's folder, which begins with . or /.")
  private String model;

  @Parameters(
      index = "1",
      paramLabel = "DIR",
      description = "Where to write it; must be empty, or not exist.")
  private Path target;

  @Option(
      names = "--adapter",
      description = "Write one adapter for the published model, not a whole model.")
  private boolean adapter;

  /** Which of a stage's models. */
  enum Kind {
    BEST("best"),
    FINAL("final");

    private final String folder;

    Kind(String folder) {
      this.folder = folder;
    }

    @Override
    public String toString() {
      return folder;
    }
  }

  @Option(
      names = "--checkpoint",
      paramLabel = "KIND",
      defaultValue = "best",
      description =
          "${COMPLETION-CANDIDATES}: the best by the stage's select_by, or as training ended"
              + " (${DEFAULT-VALUE}).")
  private Kind kind;

  @Override
  public Integer call() throws InterruptedException {
    requireFree();
    String folder = model.startsWith(".") || model.startsWith("/") ? model : ofStage();
    List<String> command = Installation.java("-Xmx512m", "-XX:+UseSerialGC");
    command.addAll(Installation.current().worker());
    command.addAll(List.of("export", folder, target.toString()));
    if (adapter) {
      command.add("--adapter");
    }
    return run(command);
  }

  /** Asked before anything else; the program that writes asks again. */
  private void requireFree() {
    if (!Files.exists(target)) {
      return;
    }
    try (Stream<Path> entries =
        Files.isDirectory(target) ? Files.list(target) : Stream.of(target)) {
      if (entries.findAny().isPresent()) {
        throw new CommandFailure(
            ExitCode.INVALID_INPUT,
            target.toAbsolutePath() + " is there already, and is not an empty folder",
            "Name a folder that does not exist.");
      }
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.INVALID_INPUT,
          target.toAbsolutePath() + " cannot be looked into: " + e.getMessage(),
          "Name a folder of your own.",
          e);
    }
  }

  /** Its folder; or its address, where that is not on this machine. */
  private String ofStage() {
    int slash = model.indexOf('/');
    if (slash < 0) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "'" + model + "' names no stage",
          "Write EXPERIMENT/STAGE, as in demo/gdpo, or a folder that begins with ./ or /.");
    }
    TrainerClient trainer = new TrainerClient(RunningStack.require(common.home()));
    StageView stage = trainer.stage(model.substring(0, slash), model.substring(slash + 1));
    if (stage.status() != StageState.SUCCEEDED) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND,
          model + " has no model yet; it is " + stage.status(),
          "A stage has its model when it has succeeded: gdpo watch " + model.substring(0, slash));
    }
    URI job = trainer.jobFolder(stage.jobId());
    return "file".equals(job.getScheme())
        ? Path.of(job).resolve(kind.folder).toString()
        : job + "/" + kind.folder;
  }

  private static int run(List<String> command) throws InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).inheritIO().start();
    } catch (IOException e) {
      throw new UncheckedIOException("The exporting program cannot be started: " + command, e);
    }
    try {
      return process.waitFor(); // it has said what was wrong, and its codes are this program's
    } finally {
      process.destroy();
    }
  }
}
