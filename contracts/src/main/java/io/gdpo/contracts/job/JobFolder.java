package io.gdpo.contracts.job;

import java.nio.file.Path;

/**
 * Where a training process keeps what it makes; one folder for each job, shared by its attempts.
 *
 * @param root the job's folder
 */
public record JobFolder(Path root) {
  /** Name of {@link #job()}. */
  public static final String JOB = "job.json";

  /** Name of {@link #progress()}. */
  public static final String PROGRESS = "progress";

  /** Name of {@link #checkpoints()}. */
  public static final String CHECKPOINTS = "checkpoints";

  /** Name of {@link #best()}. */
  public static final String BEST = "best";

  private static final String REFERENCE = "reference-";

  /** The job's specification: {@link TrainingJob}. */
  public Path job() {
    return root.resolve(JOB);
  }

  /**
   * Numbered pieces, {@code 000001.jsonl} and so on, with one {@link
   * io.gdpo.contracts.job.TrainingProgress} a line; an attempt that goes on from a checkpoint
   * writes the lines behind it once more ({@link io.gdpo.contracts.job.TrainingProgress#history}).
   */
  public Path progress() {
    return root.resolve(PROGRESS);
  }

  /** Where versions before kept all lines of progress, in one file. */
  public Path progressOfEarlierVersion() {
    return root.resolve("progress.jsonl");
  }

  /** The commit of the Hub's model that the job starts from, if it does. */
  public Path hubModel() {
    return root.resolve("hub-model.json");
  }

  /** Log-probabilities of reference models, by content, of a job that shares none. */
  public Path referenceLogProbs() {
    return root.resolve("reference-log-probs");
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
   * The start model's tokenizer, changed to what the experiment says of prompts, where it says
   * something.
   */
  public Path changedTokenizer() {
    return root.resolve("tokenizer-changed");
  }

  /** Resumable checkpoints, {@code step-N}. */
  public Path checkpoints() {
    return root.resolve(CHECKPOINTS);
  }

  /** The best model by the selection metric, in Hugging Face layout. */
  public Path best() {
    return root.resolve(BEST);
  }

  /** The last model, in Hugging Face layout. */
  public Path last() {
    return root.resolve("final");
  }

  /** {@link WorkOutcome} of the latest attempt that ended. */
  public Path outcome() {
    return root.resolve(WorkOutcome.FILE);
  }
}
