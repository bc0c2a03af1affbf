package io.gdpo.benchmark.side;

import io.gdpo.benchmark.example.ExampleFile;
import io.gdpo.benchmark.example.PairTokens;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.BeliefTokens;
import io.gdpo.data.EncodedExample;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.training.batch.TrainingExample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Optimizer steps of a loss, as a training job makes them. */
final class Training implements Computation {
  private final TrainingStep steps;
  private final double learningRate;
  private final MatrixProducts products;

  Training(Request.Work work) throws IOException {
    ExampleFile file = ExampleFile.read(Path.of(work.examples()));
    this.learningRate = work.learningRate();
    this.products = MatrixProducts.of(ModelConfig.load(Path.of(work.model())));
    this.steps =
        TrainingStep.open(
            spec(work),
            Path.of(work.model()),
            Path.of(work.reference()),
            examples(file.examples()),
            file.beliefTokens());
  }

  private static TrainingSpec spec(Request.Work work) {
    Map<String, Object> fields = new HashMap<>();
    fields.put("loss", work.kind());
    fields.put("beta", work.beta());
    fields.put("imitation_includes_close", false); // as the authors' implementation
    fields.put("optimizer", work.kind().equals("gdpo") ? "rmsprop" : "adamw");
    fields.put("max_grad_norm", work.maxGradNorm());
    fields.put("batch_size", work.batchSize());
    fields.put("compute_dtype", work.dtype());
    fields.put("levers", work.levers());
    fields.put("device", work.device());
    return Json.SPECS.convertValue(fields, TrainingSpec.class);
  }

  private static List<TrainingExample> examples(List<PairTokens> pairs) {
    List<TrainingExample> examples = new ArrayList<>(pairs.size());
    for (PairTokens pair : pairs) {
      EncodedExample tokens =
          new EncodedExample(
              pair.prompt(),
              pair.chosen(),
              pair.rejected(),
              pair.rejectedUnderBelief(),
              new BeliefTokens(0, pair.beliefClose(), pair.beliefClose() + 1),
              false,
              false);
      examples.add(new TrainingExample(examples.size(), tokens, pair.target(), Float.NaN, false));
    }
    return examples;
  }

  @Override
  public Map<String, Double> measure() {
    TrainingStep.Outcome outcome = steps.make(1, 0);
    return Map.of("loss", outcome.loss(), "gradient_norm", outcome.gradientNorm());
  }

  @Override
  public double step(int step) {
    TrainingStep.Outcome outcome = steps.make(step + 1L, learningRate);
    return products.training(outcome.places(), outcome.longestRow(), outcome.projected());
  }

  @Override
  public void close() {
    steps.close();
  }
}
