package io.gdpo.trainer.launch;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.job.JobFolder;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.nio.file.Path;

/** Says where each training job keeps its files: {@code jobs/<job id>} in the artifact store. */
@ApplicationScoped
public class JobFolders {
  private final ArtifactStore artifacts;

  JobFolders(ArtifactStore artifacts) {
    this.artifacts = artifacts;
  }

  /** The job's folder on this machine. */
  public JobFolder of(String jobId) {
    return new JobFolder(Path.of(uri(jobId)));
  }

  /** The job's folder as others are told of it. */
  public URI uri(String jobId) {
    return artifacts.uri("jobs/" + jobId);
  }

  /** Where jobs share log-probabilities of reference models, by content. */
  public URI referenceLogProbs() {
    return artifacts.uri("reference-log-probs");
  }

  /** The best model of a job that succeeded, in Hugging Face layout. */
  public String bestModelUri(String jobId) {
    return of(jobId).best().toUri().toString();
  }

  /** What the job's processes wrote to standard output and error, all attempts in one file. */
  public Path log(String jobId) {
    return of(jobId).root().resolve("job.log");
  }
}
