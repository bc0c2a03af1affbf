package io.gdpo.group.build;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.JobFile;
import io.gdpo.artifacts.process.ParentWatch;
import io.gdpo.artifacts.source.SourceException;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.BuildOutcome;
import io.gdpo.contracts.job.BuildTask;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.lm.InvalidModelException;
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
    return JobFile.read("build", console, BuildTask.class, args)
        .map(this::build)
        .orElse(ExitCode.USAGE);
  }

  private int build(JobFile<BuildTask> job) {
    BuildTask task = job.task();
    try {
      ArtifactStore artifacts = ArtifactStore.at(URI.create(task.artifacts()));
      DatasetBuilder.Built built =
          new DatasetBuilder(new Sources(artifacts), artifacts)
              .build(task.datasetId(), task.spec(), Optional.ofNullable(task.sourceSha256()));
      console.println(task.datasetId() + " is built: " + built.examplesBySplit());
      return leave(
          job,
          new BuildOutcome(
              null, built.uri().toString(), built.examplesBySplit(), built.card().sourceSha256()),
          ExitCode.DONE);
    } catch (SourceException | PreferenceDataException | InvalidModelException e) {
      console.println(task.datasetId() + " cannot be built: " + e.getMessage());
      return leave(job, BuildOutcome.failed(Reason.of(e)), ExitCode.FAILED);
    } catch (StackOverflowError e) {
      return leave(
          job,
          BuildOutcome.failed("something in the source is nested too deep or too long"),
          ExitCode.FAILED);
    } catch (RuntimeException e) {
      e.printStackTrace(console);
      String cause = e.getCause() == null ? "" : ", because of " + Reason.of(e.getCause());
      return leave(job, BuildOutcome.failed(Reason.of(e) + cause), ExitCode.BROKEN);
    }
  }

  private static int leave(JobFile<BuildTask> job, BuildOutcome outcome, int code) {
    job.leave(BuildTask.OUTCOME_FILE, outcome);
    return code;
  }
}
