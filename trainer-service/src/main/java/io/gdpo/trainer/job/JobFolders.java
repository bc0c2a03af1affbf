package io.gdpo.trainer.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.process.Pieces;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.platform.work.WorkLog;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Says where each training job keeps its files: {@code jobs/<job id>} in the artifact store. */
@ApplicationScoped
public class JobFolders {
  /** What the job's processes wrote to standard output and error, all attempts in one file. */
  static final String LOG = "job.log";

  /** Where versions before kept what a job came to. */
  private static final String RESULT_OF_VERSION_BEFORE = "result.json";

  private static final Logger LOGGER = Logger.getLogger(JobFolders.class);

  /** An outcome says what a job came to in a few lines; what is longer is none. */
  private static final int LARGEST_OUTCOME = 1 << 20;

  private final ArtifactStore artifacts;

  JobFolders(ArtifactStore artifacts) {
    this.artifacts = artifacts;
  }

  static String key(String jobId) {
    return "jobs/" + jobId;
  }

  /** What the job's last attempt that ended left; empty if there is none that can be read. */
  Optional<WorkOutcome> outcome(String jobId) {
    URI file = artifacts.uri(key(jobId) + "/" + WorkOutcome.FILE);
    URI earlier = artifacts.uri(key(jobId) + "/" + RESULT_OF_VERSION_BEFORE);
    try {
      return artifacts.exists(file) || !artifacts.exists(earlier)
          ? Optional.ofNullable(
              Json.EVENTS.readValue(artifacts.read(file, LARGEST_OUTCOME), WorkOutcome.class))
          : Optional.of(ofVersionBefore(artifacts.read(earlier, LARGEST_OUTCOME)));
    } catch (IOException | UncheckedIOException | ArtifactMissingException e) {
      LOGGER.warnf("%s cannot be read: %s", file, e.getMessage());
      return Optional.empty();
    }
  }

  private static WorkOutcome ofVersionBefore(byte[] json) throws IOException {
    JsonNode result = Json.EVENTS.readTree(json);
    return result.path("status").asText().equals(WorkOutcome.Status.SUCCEEDED.name())
        ? WorkOutcome.succeeded(0, result)
        : WorkOutcome.of(0, WorkOutcome.Status.FAILED, result.path("reason").textValue());
  }

  /** The job's folder as others are told of it. */
  public URI uri(String jobId) {
    return artifacts.uri(key(jobId));
  }

  /** Where jobs share log-probabilities of reference models, by content. */
  public URI referenceLogProbs() {
    return artifacts.uri("reference-log-probs");
  }

  /** The best model of a job that succeeded, in Hugging Face layout. */
  public String bestModelUri(String jobId) {
    return artifacts.uri(key(jobId) + "/" + JobFolder.BEST).toString();
  }

  /** What the job's processes told of their progress, all attempts one behind the other. */
  public Pieces progress(String jobId) {
    return new Pieces(artifacts, artifacts.uri(key(jobId) + "/" + JobFolder.PROGRESS));
  }

  /** The log on this machine. */
  public Path log(String jobId) {
    return WorkLog.of(artifacts, key(jobId) + "/" + LOG).file();
  }
}
