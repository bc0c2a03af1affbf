package io.gdpo.training.step;

import ai.djl.ndarray.NDManager;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.safetensors.Safetensors;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.batch.PackedBatch;
import io.gdpo.training.batch.TrainingExample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * log ref(y | x) of a split's responses under the frozen reference model, computed once before
 * training: the reference never changes, so neither do they, and the model need not stay in memory.
 *
 * @param chosen by {@link TrainingExample#index}
 * @param rejected likewise
 */
@SuppressWarnings("ArrayRecordComponent") // read on the hot path, never changed
public record ReferenceLogProbs(double[] chosen, double[] rejected) implements Reference {

  /**
   * Runs the reference model over a split.
   *
   * @param reference a pass of the reference model
   * @param batches the whole split
   */
  public static ReferenceLogProbs compute(ObjectivePass reference, List<PackedBatch> batches) {
    return compute(reference, batches, () -> false);
  }

  /**
   * The same, for a process that may be asked to stop.
   *
   * @throws CancellationException if it was
   */
  public static ReferenceLogProbs compute(
      ObjectivePass reference, List<PackedBatch> batches, BooleanSupplier stopAsked) {
    int size = batches.stream().mapToInt(b -> b.examples().size()).sum();
    ReferenceLogProbs computed = new ReferenceLogProbs(new double[size], new double[size]);
    for (PackedBatch batch : batches) {
      if (batch != batches.get(0) && stopAsked.getAsBoolean()) {
        throw new CancellationException("stopped as asked, while the reference model was asked");
      }
      double[] logProbs = reference.logProbs(batch);
      int examples = batch.examples().size();
      for (int i = 0; i < examples; i++) {
        int index = batch.examples().get(i).index();
        computed.chosen[index] = logProbs[i];
        computed.rejected[index] = logProbs[examples + i];
      }
    }
    return computed;
  }

  @Override
  public double[] of(PackedBatch batch) {
    int examples = batch.examples().size();
    double[] values = new double[2 * examples];
    for (int i = 0; i < examples; i++) {
      values[i] = chosen[batch.examples().get(i).index()];
      values[examples + i] = rejected[batch.examples().get(i).index()];
    }
    return values;
  }

  /**
   * What an earlier job left in a file, if it did.
   *
   * @param examples that it must be of
   * @throws TrainingFailedException if the file holds something else
   */
  public static Optional<ReferenceLogProbs> load(Path file, int examples, NDManager manager)
      throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (NDManager scratch = manager.newSubManager();
        Safetensors saved = Safetensors.open(file)) {
      ReferenceLogProbs loaded =
          new ReferenceLogProbs(
              saved.loadDoubles(scratch, "chosen").toDoubleArray(),
              saved.loadDoubles(scratch, "rejected").toDoubleArray());
      if (loaded.chosen.length != examples || loaded.rejected.length != examples) {
        throw new InvalidModelException(
            String.format(
                Locale.ROOT,
                "it has log-probabilities of %d and %d responses, not of %d",
                loaded.chosen.length,
                loaded.rejected.length,
                examples));
      }
      return Optional.of(loaded);
    } catch (InvalidModelException e) {
      throw new TrainingFailedException(
          "the reference log-probabilities in %s are damaged (%s); delete the file, and they are computed again"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /** Writes them for {@link #load}. */
  public void save(Path file, NDManager manager) throws IOException {
    try (NDManager scratch = manager.newSubManager()) {
      Safetensors.write(
          file,
          Map.of("chosen", scratch.create(chosen), "rejected", scratch.create(rejected)),
          Map.of());
    }
  }
}
