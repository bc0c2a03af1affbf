package io.gdpo.training.model;

import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.weights.WeightFiles;
import io.gdpo.training.TrainingFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A model that gives NaN or infinities before anything was trained. Told apart from training that
 * goes astray, for no learning rate mends it.
 *
 * @param job that starts from it
 */
public record BrokenStart(TrainingJob job) {

  /** Refuses a model that gives no number on the eval split before the first step. */
  public void require(Map<String, Double> metrics) throws IOException {
    double loss = metrics.getOrDefault("loss", 0.0);
    if (!Double.isFinite(loss)) {
      throw failure("its loss on the eval split, before the first step, is " + loss);
    }
  }

  /**
   * The failure of a job.
   *
   * @param seen what is no number, and where
   */
  public TrainingFailedException failure(String seen) throws IOException {
    ModelSource start = ModelSource.start(job);
    String model =
        start.folder().map(uri -> ModelSource.fetch(uri).toString()).orElse("its fresh weights");
    return new TrainingFailedException(
        "the model that training starts from (%s) gives NaN or infinities: %s. %s; no learning_rate helps. Start from a model whose weights are finite"
            .formatted(
                model,
                seen,
                weight(start)
                    .map(name -> "Its weight " + name)
                    .orElse("Its weights are finite, but what it computes overflows")));
  }

  /** The first weight that is to blame, in the model at the root of its adapters. */
  private static Optional<String> weight(ModelSource start) throws IOException {
    if (start.folder().isEmpty()) {
      return Optional.empty();
    }
    Path folder = ModelSource.fetch(start.folder().get());
    Optional<Path> base = AdapterFolder.baseOf(folder);
    while (base.isPresent()) {
      folder = base.get();
      base = AdapterFolder.baseOf(folder);
    }
    try (WeightFiles weights = WeightFiles.open(folder, start.config()::isConstant)) {
      return weights.firstNotFinite();
    } catch (InvalidModelException e) {
      return Optional.of("cannot be looked at: " + e.getMessage());
    }
  }
}
