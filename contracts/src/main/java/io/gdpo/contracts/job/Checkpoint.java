package io.gdpo.contracts.job;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.spec.CheckpointKind;
import io.gdpo.contracts.spec.FieldChecks;
import io.gdpo.contracts.spec.SpecProblem;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A model that a stage of an experiment left behind, and where to find all that belongs to it.
 *
 * @param id unique; job id and kind, such as {@code 7f3c-best}
 * @param loss the loss that it was trained by; a name for people, since it may come from elsewhere
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
    CheckpointKind kind,
    long step,
    String modelUri,
    String referenceUri,
    String datasetUri,
    String progressUri,
    double beta,
    int maxLength,
    int maxPromptLength) {
  /** An id names a folder and a process. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

  /** Whether a checkpoint can have this id. */
  public static boolean isId(String id) {
    return id != null && ID.matcher(id).matches();
  }

  /** What keeps it from being measured, with field paths below {@code path}; empty if nothing. */
  public List<SpecProblem> problems(String path) {
    FieldChecks check = new FieldChecks(path);
    if (!isId(id)) {
      check.add(
          "id",
          "must be letters, digits, dots, dashes and underscores, is "
              + (id == null ? "missing" : Reason.quoted(id)));
    }
    check.name("experiment", experiment);
    check.name("stage", stage);
    check.name("loss", loss);
    check.location("model_uri", modelUri);
    check.location("reference_uri", referenceUri);
    check.location("dataset_uri", datasetUri);
    check.location("progress_uri", progressUri);
    require(check, "experiment", experiment);
    require(check, "stage", stage);
    require(check, "loss", loss);
    require(check, "kind", kind == null ? null : kind.label());
    require(check, "model_uri", modelUri);
    require(check, "dataset_uri", datasetUri);
    if (maxLength < 2) {
      check.add("max_length", "must be at least 2, is " + maxLength);
    }
    if (maxPromptLength < 1 || maxPromptLength >= maxLength) {
      check.add(
          "max_prompt_length", "must be at least 1 and below max_length, is " + maxPromptLength);
    }
    return check.problems();
  }

  private static void require(FieldChecks check, String field, String value) {
    if (value == null || value.isBlank()) {
      check.add(field, "is missing");
    }
  }
}
