package io.gdpo.contracts.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.ArtifactUri;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.spec.TrainingSpec;
import java.nio.file.Path;
import java.util.Optional;

/**
 * All that one training process needs to know: written by the control plane as {@code job.json},
 * read by the {@code train} command.
 *
 * <p>Exactly one of {@code model} (a root stage) and {@code parentModelUri} is given.
 *
 * @param jobId unique; names the job in events and logs
 * @param attempt 1 for the first process of this job; a later attempt resumes from the checkpoints
 *     it finds in {@code outputFolder}
 * @param seed of data order, and of the weights of a fresh model, where they name none themselves
 * @param datasetUri the dataset's folder with {@code train.parquet} and {@code eval.parquet}
 * @param model what a root stage starts from
 * @param parentModelUri folder (Hugging Face layout) of the parent stage's model
 * @param referenceModelUri the model that implicit rewards are measured against; the model that
 *     training starts from if absent
 * @param outputFolder address of the job's folder ({@link JobFolder})
 * @param referenceLogProbs address of the folder where jobs share what they computed of reference
 *     models, by content; the job's own folder if absent
 * @param threads for tensor operations; all processors if absent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingJob(
    String jobId,
    String experiment,
    String stage,
    int attempt,
    long seed,
    String datasetUri,
    ModelSpec model,
    String parentModelUri,
    String referenceModelUri,
    TrainingSpec training,
    String outputFolder,
    String referenceLogProbs,
    Integer threads) {

  /** The seed of data order. */
  public long dataSeed() {
    return training.seed() == null ? seed : training.seed();
  }

  /** The folder that training starts from; empty for a model of the Hub, or a fresh one. */
  public Optional<Path> startFolder() {
    String start = parentModelUri != null ? parentModelUri : model == null ? null : model.path();
    return Optional.ofNullable(start)
        .map(ArtifactUri::of)
        .filter(uri -> "file".equals(uri.getScheme()))
        .map(Path::of);
  }

  /** The same job, starting from another model. */
  public TrainingJob withModel(ModelSpec other) {
    return new TrainingJob(
        jobId,
        experiment,
        stage,
        attempt,
        seed,
        datasetUri,
        other,
        parentModelUri,
        referenceModelUri,
        training,
        outputFolder,
        referenceLogProbs,
        threads);
  }
}
