package io.gdpo.group.build;

import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.ParentWatch;
import io.gdpo.artifacts.source.SourceException;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.ArtifactUri;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.BuildOutcome;
import io.gdpo.contracts.job.BuildTask;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.lm.InvalidModelException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The command {@code build --job URI}: builds one dataset as the {@link BuildTask} there says,
 * leaves a {@link BuildOutcome} beside it, and ends with a code of {@link ExitCode}. Asked to stop
 * it ends at once: there is nothing to save, for a dataset appears whole or not at all.
 */
public final class BuildCommand {
  private final PrintStream console;

  private BuildCommand(PrintStream console) {
    this.console = console;
  }

  /**
   * Runs the command, to its end.
   *
   * @param args after the word {@code build}
   * @return the exit code
   */
  public static int run(String... args) {
    ParentWatch.start(() -> {}, Duration.ZERO);
    return new BuildCommand(System.out).execute(args);
  }

  private int execute(String... args) {
    if (args.length != 2 || !args[0].equals("--job")) {
      console.println("usage: build --job URI-OR-PATH-OF-JOB.JSON");
      return ExitCode.USAGE;
    }
    URI job = ArtifactUri.of(args[1]);
    ArtifactStore folder = ArtifactStore.at(job.resolve("."));
    BuildTask task;
    try {
      task = Json.EVENTS.readValue(folder.read(job), BuildTask.class);
    } catch (ArtifactMissingException | IOException e) {
      console.println("The task cannot be read: " + e.getMessage());
      return ExitCode.USAGE;
    }
    try {
      ArtifactStore artifacts = ArtifactStore.at(URI.create(task.artifacts()));
      DatasetBuilder.Built built =
          new DatasetBuilder(new Sources(artifacts), artifacts)
              .build(task.datasetId(), task.spec(), Optional.ofNullable(task.sourceSha256()));
      console.println(task.datasetId() + " is built: " + built.examplesBySplit());
      return leave(
          folder,
          new BuildOutcome(
              null, built.uri().toString(), built.examplesBySplit(), built.card().sourceSha256()),
          ExitCode.DONE);
    } catch (SourceException | PreferenceDataException | InvalidModelException e) {
      console.println(task.datasetId() + " cannot be built: " + e.getMessage());
      return leave(folder, BuildOutcome.failed(Reason.of(e)), ExitCode.FAILED);
    } catch (StackOverflowError e) {
      return leave(
          folder,
          BuildOutcome.failed("something in the source is nested too deep or too long"),
          ExitCode.FAILED);
    } catch (RuntimeException e) {
      e.printStackTrace(console);
      String cause = e.getCause() == null ? "" : ", because of " + Reason.of(e.getCause());
      return leave(folder, BuildOutcome.failed(Reason.of(e) + cause), ExitCode.BROKEN);
    }
  }

  private int leave(ArtifactStore folder, BuildOutcome outcome, int code) {
    try {
      folder.write(BuildTask.OUTCOME_FILE, Json.EVENTS.writeValueAsBytes(outcome));
      return code;
    } catch (IOException e) {
      throw new IllegalStateException("No JSON can be written of " + outcome, e);
    }
  }
}
