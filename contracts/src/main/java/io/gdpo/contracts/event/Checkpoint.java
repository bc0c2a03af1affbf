package io.gdpo.contracts.event;

/**
 * A model that a stage of an experiment left behind, and where to find all that belongs to it.
 *
 * @param id unique; job id and kind, such as {@code 7f3c-best}
 * @param kind {@code best} (by the stage's selection metric) or {@code final}
 * @param step optimizer steps taken
 * @param modelUri folder in Hugging Face layout: {@code config.json}, {@code tokenizer.json},
 *     {@code model.safetensors}
 * @param referenceUri the reference model's folder in the same layout, against which implicit
 *     rewards are measured; null for a stage without one (SFT)
 * @param datasetUri the dataset's artifact folder
 * @param progressUri the folder of the job's progress: numbered pieces {@code 000001.jsonl} and so
 *     on, one {@link TrainingProgress} a line; of versions before, one such file
 * @param beta the stage's beta, for implicit rewards
 * @param maxLength prompt and response, in tokens, as trained
 * @param maxPromptLength in tokens, as trained
 */
public record Checkpoint(
    String id,
    String jobId,
    String experiment,
    String stage,
    String loss,
    String kind,
    long step,
    String modelUri,
    String referenceUri,
    String datasetUri,
    String progressUri,
    double beta,
    int maxLength,
    int maxPromptLength) {}
