package io.gdpo.contracts.job;

import io.gdpo.contracts.ArtifactUri;
import java.nio.file.Path;

/**
 * Where a training process keeps what it makes; one folder for each job, shared by its attempts.
 *
 * @param root the job's folder
 */
public record JobFolder(Path root) {
  private static final String REFERENCE = "reference-";

  /** The job's specification: {@link TrainingJob}. */
  public Path job() {
    return root.resolve("job.json");
  }

  /** One {@link io.gdpo.contracts.event.TrainingProgress} a line. */
  public Path progress() {
    return root.resolve("progress.jsonl");
  }

  /** The commit of the Hub's model that the job starts from, if it does. */
  public Path hubModel() {
    return root.resolve("hub-model.json");
  }

  /** Log-probabilities of reference models, by content: shared by jobs, or this one's own. */
  public Path referenceLogProbs(TrainingJob job) {
    return job.referenceLogProbs() == null
        ? root.resolve("reference-log-probs")
        : Path.of(ArtifactUri.of(job.referenceLogProbs()));
  }

  /** A reference model that lies nowhere else, by the digest of what it follows from. */
  public Path reference(String digest) {
    return root.resolve(REFERENCE + digest.substring(0, 16));
  }

  /** Whether a folder is such a reference model of a job. */
  public static boolean isReference(Path folder) {
    Path name = folder.getFileName();
    return name != null && name.toString().matches(REFERENCE + "[0-9a-f]{16}");
  }

  /**
   * The start model's tokenizer, changed to put no BOS in front of a text, where one is refused.
   */
  public Path tokenizerWithoutBos() {
    return root.resolve("tokenizer-without-bos");
  }

  /** Resumable checkpoints, {@code step-N}. */
  public Path checkpoints() {
    return root.resolve("checkpoints");
  }

  /** The best model by the selection metric, in Hugging Face layout. */
  public Path best() {
    return root.resolve("best");
  }

  /** The last model, in Hugging Face layout. */
  public Path last() {
    return root.resolve("final");
  }

  /** Locked by the one process that works in this folder. */
  public Path lock() {
    return root.resolve("lock");
  }

  /** {@link WorkOutcome} of the latest attempt that ended. */
  public Path outcome() {
    return root.resolve(WorkOutcome.FILE);
  }
}
