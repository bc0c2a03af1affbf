package io.gdpo.benchmark.side;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.benchmark.example.ExampleFile;
import io.gdpo.benchmark.example.PairTokens;
import io.gdpo.lm.CausalLanguageModel;
import io.gdpo.lm.ComputeType;
import io.gdpo.lm.Devices;
import io.gdpo.lm.ForwardOptions;
import io.gdpo.lm.ForwardPass;
import io.gdpo.lm.TokenBatch;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.TorchScript;
import io.gdpo.lm.script.TorchScriptModule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Bare forward and backward of the language model: mean negative log-likelihood, every token a
 * target.
 */
final class LanguageModel implements Computation {
  private static final String MEAN =
      """
      class Mean(Module):
        training : bool
        def backward(self, log_probs: Tensor) -> Tensor:
          loss = -log_probs.mean()
          torch.backward(loss)
          return torch.detach(loss)
        def cleared(self, weights: List[Tensor]) -> Tensor:
          gradients = annotate(List[Tensor], [])
          for w in weights:
            gradients.append(w.grad)
          norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(gradients, 2)), 2)
          torch._foreach_zero_(gradients)
          return norm
      """;

  private final List<PairTokens> examples;
  private final int batchSize;
  private final CausalLanguageModel model;
  private final TorchScriptModule mean;
  private final MatrixProducts products;

  LanguageModel(Request.Work work) throws IOException {
    this.examples = ExampleFile.read(Path.of(work.examples())).examples();
    this.batchSize = work.batchSize();
    this.model = CausalLanguageModel.load(Path.of(work.model()), Devices.choose(Devices.AUTO));
    model.computeIn(ComputeType.ofLabel(work.dtype()));
    model.parameters().requiresGrad(true);
    this.mean = TorchScript.load(model.parameters().manager(), "Mean", MEAN);
    this.products = MatrixProducts.of(model.config());
  }

  private record Outcome(double loss, double gradientNorm, TokenBatch batch, int projected) {}

  private Outcome differentiate(int step) {
    int from = step * batchSize % examples.size();
    List<long[]> texts =
        examples.subList(from, from + batchSize).stream().map(PairTokens::prompt).toList();
    TokenBatch batch = TokenBatch.ofSequences(texts);
    int length = batch.length();
    long[] rows = new long[batchSize * (length - 1)];
    long[] targets = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      int row = i / (length - 1);
      int place = i % (length - 1);
      rows[i] = (long) row * length + place;
      targets[i] = texts.get(row)[place + 1];
    }
    try (NDManager scratch = model.parameters().manager().newSubManager()) {
      double loss;
      try (Autograd.Scope recording = Autograd.gradMode(true)) {
        ForwardPass pass = model.forward(scratch, batch, ForwardOptions.DEFAULT);
        NDArray logProbs = pass.selectedLogProbs(rows, targets);
        loss = mean.callForOne(scratch, "backward", Arg.of(logProbs)).getFloat();
        pass.backward();
      }
      List<NDArray> weights = List.copyOf(model.parameters().byName().values());
      double norm = mean.callForOne(scratch, "cleared", Arg.of(weights)).getFloat();
      return new Outcome(loss, norm, batch, rows.length);
    }
  }

  @Override
  public Map<String, Double> measure() {
    Outcome outcome = differentiate(0);
    return Map.of("loss", outcome.loss, "gradient_norm", outcome.gradientNorm);
  }

  @Override
  public double step(int step) {
    Outcome outcome = differentiate(step);
    return products.training(
        outcome.batch.tokens().length, outcome.batch.length(), outcome.projected);
  }

  @Override
  public void close() {
    model.close();
  }
}
