package io.gdpo.dataset.catalog;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.BuildOutcome;
import io.gdpo.contracts.job.BuildTask;
import io.gdpo.platform.launch.JobLauncher;
import io.gdpo.platform.launch.JobStatus;
import io.gdpo.platform.launch.LaunchRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Has a worker build a dataset, and waits for what comes of it: task, outcome and log lie under
 * {@code builds/<dataset id>} in the artifact store.
 */
@ApplicationScoped
class BuildProcess {
  private static final int LARGEST_OUTCOME = 1 << 20;
  private static final String LOG_FILE = "build.log";
  private static final long LOOK_MILLIS = 100;

  private final JobLauncher launcher;
  private final ArtifactStore artifacts;
  private final String heap;

  BuildProcess(
      JobLauncher launcher,
      ArtifactStore artifacts,
      @ConfigProperty(name = "gdpo.launcher.heap", defaultValue = "1g") String heap) {
    this.launcher = launcher;
    this.artifacts = artifacts;
    this.heap = heap;
  }

  /** The worker ended, or was ended, and left nothing; building may be tried again. */
  static final class BuildBrokenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BuildBrokenException(String message) {
      super(message);
    }
  }

  /**
   * Builds.
   *
   * @throws BuildBrokenException if its process left nothing
   */
  BuildOutcome of(Dataset dataset) throws InterruptedException {
    String key = "builds/" + dataset.id;
    BuildTask task =
        new BuildTask(
            dataset.id,
            dataset.spec,
            dataset.sourceSha256,
            artifacts.uri("datasets").resolve(".").toString());
    URI job = artifacts.write(key + "/" + BuildTask.TASK_FILE, json(task));
    artifacts.delete(key + "/" + BuildTask.OUTCOME_FILE);
    Path log = artifacts.fetch(job).resolveSibling(LOG_FILE);
    String name = dataset.id + "-" + UUID.randomUUID();
    launcher.launch(new LaunchRequest(name, List.of("build", "--job", job.toString()), log, 1));
    while (launcher.status(name) instanceof JobStatus.Running) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    Optional<BuildOutcome> outcome = outcome(artifacts.uri(key + "/" + BuildTask.OUTCOME_FILE));
    return outcome.isPresent() ? outcome.get() : without(launcher.status(name), log);
  }

  /** Too little memory is an outcome: another try would have no more. */
  private BuildOutcome without(JobStatus status, Path log) {
    if (status instanceof JobStatus.Exited exited && exited.code() == ExitCode.HEAP_EXHAUSTED) {
      return BuildOutcome.failed(
          "building it needs more memory than its process has (gdpo.launcher.heap: "
              + heap
              + "); make the source smaller or raise that, and ask again");
    }
    String how = status instanceof JobStatus.Exited exited ? "with code " + exited.code() : "";
    throw new BuildBrokenException("its process ended " + how + " and left nothing; see " + log);
  }

  private Optional<BuildOutcome> outcome(URI file) {
    if (!artifacts.exists(file)) {
      return Optional.empty();
    }
    try {
      BuildOutcome outcome =
          Json.EVENTS.readValue(artifacts.read(file, LARGEST_OUTCOME), BuildOutcome.class);
      return Optional.ofNullable(outcome).filter(it -> it.reason() != null || it.uri() != null);
    } catch (IOException | UncheckedIOException e) {
      throw new BuildBrokenException(file + " cannot be read: " + Reason.of(e));
    }
  }

  private static byte[] json(BuildTask task) {
    try {
      return Json.EVENTS.writeValueAsBytes(task);
    } catch (IOException e) {
      throw new IllegalStateException("No JSON can be written of " + task, e);
    }
  }
}
