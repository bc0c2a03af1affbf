package io.gdpo.dataset.catalog;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.BuildOutcome;
import io.gdpo.contracts.job.BuildTask;
import io.gdpo.platform.launch.JobStatus;
import io.gdpo.platform.launch.WorkerRun;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Has a worker build a dataset, and waits for what comes of it: task, outcome and log lie under
 * {@code builds/<dataset id>} in the artifact store.
 */
@ApplicationScoped
class BuildProcess {
  private final WorkerRun worker;
  private final ArtifactStore artifacts;

  BuildProcess(WorkerRun worker, ArtifactStore artifacts) {
    this.worker = worker;
    this.artifacts = artifacts;
  }

  /** The worker ended, or was ended, and left nothing; building may be tried again. */
  static final class BuildBrokenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BuildBrokenException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Builds.
   *
   * @throws BuildBrokenException if its process left nothing that can be read
   */
  BuildOutcome of(Dataset dataset) throws InterruptedException {
    BuildTask task =
        new BuildTask(
            dataset.id,
            dataset.spec,
            dataset.sourceSha256,
            artifacts.uri("datasets").resolve(".").toString());
    WorkerRun.Ended ended =
        worker.of("build", "builds/" + dataset.id, task, BuildTask.OUTCOME_FILE);
    if (ended.answer().isEmpty()) {
      return without(ended);
    }
    try {
      BuildOutcome outcome = Json.EVENTS.readValue(ended.answer().get(), BuildOutcome.class);
      if (outcome.reason() == null && outcome.uri() == null) {
        throw new BuildBrokenException("what it left says nothing; see " + ended.log(), null);
      }
      return outcome;
    } catch (IOException | UncheckedIOException e) {
      throw new BuildBrokenException("what it left cannot be read: " + Reason.of(e), e);
    }
  }

  /** Too little memory is an outcome: another try would have no more. */
  private static BuildOutcome without(WorkerRun.Ended ended) {
    if (ended.status() instanceof JobStatus.Exited exited) {
      if (exited.code() == ExitCode.HEAP_EXHAUSTED) {
        return BuildOutcome.failed(
            "building it needs more memory than its process has; make the source smaller or raise"
                + " gdpo.launcher.heap, and ask again");
      }
      throw new BuildBrokenException(
          "its process ended with code " + exited.code() + " and left nothing; see " + ended.log(),
          null);
    }
    throw new BuildBrokenException("its process is gone; see " + ended.log(), null);
  }
}
