package io.gdpo.trainer.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.lm.safetensors.Safetensors;
import io.gdpo.trainer.objective.ObjectiveOutcome;
import io.gdpo.trainer.objective.ObjectiveOutcome.Column;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * log ref(y | x) of a split's responses under the frozen reference model, computed once before
 * training: the reference never changes, so neither do they, and the model need not stay in memory.
 *
 * @param chosen by {@link TrainingExample#index}
 * @param rejected likewise
 */
@SuppressWarnings("ArrayRecordComponent") // read on the hot path, never changed
record ReferenceLogProbs(float[] chosen, float[] rejected) {
  private static final String KEY = "key";

  /** For losses that compare with no reference. */
  static ReferenceLogProbs none() {
    return new ReferenceLogProbs(new float[0], new float[0]);
  }

  /**
   * Runs the reference model over a split.
   *
   * @param reference the objective to be trained, under the reference model
   * @param batches the whole split
   */
  static ReferenceLogProbs compute(ObjectivePass reference, List<PackedBatch> batches) {
    int size = batches.stream().mapToInt(b -> b.examples().size()).sum();
    ReferenceLogProbs none = new ReferenceLogProbs(new float[size], new float[size]);
    ReferenceLogProbs computed = new ReferenceLogProbs(new float[size], new float[size]);
    for (PackedBatch batch : batches) {
      ObjectiveOutcome outcome = reference.evaluate(batch, none);
      for (int i = 0; i < batch.examples().size(); i++) {
        int index = batch.examples().get(i).index();
        computed.chosen[index] = (float) outcome.value(i, Column.CHOSEN);
        computed.rejected[index] = (float) outcome.value(i, Column.REJECTED);
      }
    }
    return computed;
  }

  /** Those of a batch's sequences, [2 B] chosen before rejected; [0] where there are none. */
  float[] of(PackedBatch batch) {
    if (chosen.length == 0) {
      return chosen;
    }
    int examples = batch.examples().size();
    float[] values = new float[2 * examples];
    for (int i = 0; i < examples; i++) {
      values[i] = chosen[batch.examples().get(i).index()];
      values[examples + i] = rejected[batch.examples().get(i).index()];
    }
    return values;
  }

  /**
   * What an earlier attempt left in a file, if it was made of the same.
   *
   * @param key digest of all that the values follow from
   */
  static Optional<ReferenceLogProbs> load(Path file, String key, NDManager manager)
      throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (NDManager scratch = manager.newSubManager();
        Safetensors saved = Safetensors.open(file)) {
      if (!key.equals(saved.metadata().get(KEY))) {
        return Optional.empty();
      }
      return Optional.of(
          new ReferenceLogProbs(
              saved.loadFloats(scratch, "chosen").toFloatArray(),
              saved.loadFloats(scratch, "rejected").toFloatArray()));
    }
  }

  /** Writes them for a later attempt, atomically. */
  void save(Path file, String key, NDManager manager) throws IOException {
    try (NDManager scratch = manager.newSubManager()) {
      NDArray chosenValues = scratch.create(chosen);
      NDArray rejectedValues = scratch.create(rejected);
      AtomicFiles.replace(
          file,
          temporary ->
              Safetensors.write(
                  temporary,
                  Map.of("chosen", chosenValues, "rejected", rejectedValues),
                  Map.of(KEY, key)));
    }
  }
}
