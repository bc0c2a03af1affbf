package io.gdpo.trainer.launch;

import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.platform.launch.JobLauncher;
import io.gdpo.platform.launch.JobStatus;
import io.gdpo.platform.launch.LaunchRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs attempts of training jobs as {@code train} processes and says how they fare.
 *
 * <p>A process is named by job id and attempt, so that launching twice launches once.
 */
@ApplicationScoped
public class TrainingLauncher {
  private static final int LOG_LINES = 5;
  private static final int LOG_BYTES = 8 * 1024;

  /** A result says what a job came to in a few lines; what is longer is none. */
  private static final int LARGEST_RESULT = 1 << 20;

  private final JobLauncher launcher;
  private final ArtifactStore artifacts;
  private final JobFolders folders;

  TrainingLauncher(JobLauncher launcher, ArtifactStore artifacts, JobFolders folders) {
    this.launcher = launcher;
    this.artifacts = artifacts;
    this.folders = folders;
  }

  /**
   * Writes {@code job.json} and starts the attempt's process.
   *
   * @throws UncheckedIOException if the file cannot be written or the process not started
   */
  public void launch(TrainingJob job) {
    JobFolder folder = folders.of(job.jobId());
    URI specification;
    try {
      Files.deleteIfExists(folder.result());
      specification =
          artifacts.write(
              "jobs/" + job.jobId() + "/" + folder.job().getFileName(),
              Json.EVENTS.writerWithDefaultPrettyPrinter().writeValueAsBytes(job));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The job's folder " + folder.root() + " is not usable: " + Reason.of(e), e);
    }
    launcher.launch(
        new LaunchRequest(
            name(job.jobId(), job.attempt()),
            List.of("train", "--job", specification.toString()),
            folders.log(job.jobId()),
            job.threads()));
  }

  /** What can be seen of this attempt now. */
  public Observation observe(String jobId, int attempt) {
    JobStatus status = launcher.status(name(jobId, attempt));
    if (status instanceof JobStatus.Running) {
      return new Observation.Running();
    }
    Path result = folders.of(jobId).result();
    if (Files.exists(result)) {
      return ended(result);
    }
    if (status instanceof JobStatus.Exited exited && exited.code() == ExitCode.HEAP_EXHAUSTED) {
      return new Observation.Ended(
          TrainingResult.failed(
              "the job ran out of Java heap, which was too small for its data; raise"
                  + " gdpo.launcher.heap"
                  + lastLines(jobId),
              0));
    }
    if (status instanceof JobStatus.Exited exited) {
      return exited.code() == ExitCode.HALTED || exited.code() == ExitCode.STOPPED
          ? new Observation.Gone()
          : new Observation.Died(
              "exit code " + exited.code() + meaning(jobId, exited) + lastLines(jobId));
    }
    return new Observation.Gone();
  }

  private String meaning(String jobId, JobStatus.Exited exited) {
    if (exited.code() != ExitCode.KILLED) {
      return "";
    }
    return " (killed; where nobody did, by the system because memory ran out"
        + estimate(jobId).map(words -> ": the job said " + words).orElse("")
        + ")";
  }

  /** What the job said that it would need. */
  private Optional<String> estimate(String jobId) {
    try (Stream<String> lines = Files.lines(folders.log(jobId))) {
      return lines
          .filter(line -> line.contains(TrainingResult.ESTIMATE))
          .reduce((earlier, later) -> later)
          .map(line -> line.substring(line.indexOf(TrainingResult.ESTIMATE)));
    } catch (IOException | UncheckedIOException e) {
      return Optional.of("nothing that can be read (" + e.getMessage() + ")");
    }
  }

  /** Where a job's processes write how far they have come. */
  public Path progress(String jobId) {
    return folders.of(jobId).progress();
  }

  /** Asks this attempt's process to stop; {@link #observe} tells when it has. */
  public void cancel(String jobId, int attempt) {
    launcher.cancel(name(jobId, attempt));
  }

  /** Has {@code listener} called whenever a process ends, on some thread; only to be quicker. */
  public void onExit(Runnable listener) {
    launcher.onExit(name -> listener.run());
  }

  /** What a job that succeeded left; empty if it cannot be read any more. */
  public Optional<TrainingResult> result(String jobId) {
    return ended(folders.of(jobId).result()) instanceof Observation.Ended ended
        ? Optional.of(ended.result())
        : Optional.empty();
  }

  /** A result that cannot be read, for whatever reason, is none: its process died. */
  private Observation ended(Path file) {
    try {
      TrainingResult result =
          Json.EVENTS.readValue(artifacts.read(file.toUri(), LARGEST_RESULT), TrainingResult.class);
      return isWhole(result)
          ? new Observation.Ended(result)
          : new Observation.Died("its " + file + " does not say how it ended");
    } catch (IOException | UncheckedIOException | ArtifactMissingException e) {
      return new Observation.Died("its " + file + " cannot be read: " + Reason.of(e));
    }
  }

  private static boolean isWhole(TrainingResult result) {
    return result != null
        && result.status() != null
        && (result.status() != TrainingResult.Status.SUCCEEDED
            || (result.bestUri() != null && result.finalUri() != null));
  }

  private String lastLines(String jobId) {
    try {
      List<String> lines = TextTail.of(folders.log(jobId), LOG_LINES, LOG_BYTES);
      return lines.isEmpty() ? "" : "; its last lines: " + String.join(" | ", lines);
    } catch (IOException e) {
      return "; its log cannot be read: " + e;
    }
  }

  private static String name(String jobId, int attempt) {
    return jobId + "-" + attempt;
  }
}
