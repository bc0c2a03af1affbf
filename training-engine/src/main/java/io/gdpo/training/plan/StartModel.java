package io.gdpo.training.plan;

import ai.djl.ndarray.types.Shape;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.lm.config.ModelConfig;
import java.nio.file.Path;

/**
 * The model that an experiment starts from, as far as it is known without its weights.
 *
 * @param tokenizer a {@code tokenizer.json}, or a folder that holds one
 */
record StartModel(ModelConfig config, Path tokenizer) {
  ExperimentPlan.ModelShape shape() {
    return new ExperimentPlan.ModelShape(
        config.family(),
        config.positions(),
        config.vocabSize(),
        config.weights().values().stream().mapToLong(Shape::size).sum());
  }
}
