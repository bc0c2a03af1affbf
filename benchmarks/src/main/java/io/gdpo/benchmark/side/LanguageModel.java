package io.gdpo.benchmark.side;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.benchmark.example.ExampleFile;
import io.gdpo.benchmark.example.PairTokens;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ComputeType;
import io.gdpo.lm.model.Devices;
import io.gdpo.lm.model.ForwardOptions;
import io.gdpo.lm.model.ForwardPass;
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
        def norm(self, gradients: List[Tensor]) -> Tensor:
          return torch.linalg_vector_norm(torch.stack(torch._foreach_norm(gradients, 2)), 2)
      """;

  private final List<PairTokens> examples;
  private final int batchSize;
  private final CausalLanguageModel model;
  private final TorchScriptModule mean;
  private final MatrixProducts products;

  LanguageModel(Request.Work work) throws IOException {
    this.examples = ExampleFile.read(Path.of(work.examples())).examples();
    this.batchSize = work.batchSize();
    this.model = CausalLanguageModel.load(Path.of(work.model()), Devices.choose(work.device()));
    model.computeIn(ComputeType.ofLabel(work.dtype()));
    model.parameters().requiresGrad(true);
    this.mean = TorchScript.load(model.parameters().manager(), "Mean", MEAN);
    this.products = MatrixProducts.of(model.config());
  }

  private TokenBatch batch(int step) {
    int from = step * batchSize % examples.size();
    return TokenBatch.ofSequences(
        examples.subList(from, from + batchSize).stream().map(PairTokens::prompt).toList());
  }

  /** Adds the gradient of a batch's loss to the weights'. */
  private double differentiate(NDManager scratch, TokenBatch batch) {
    int targetsOfRow = batch.length() - 1;
    long[] rows = new long[batch.rows() * targetsOfRow];
    long[] targets = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      int place = i / targetsOfRow * batch.length() + i % targetsOfRow;
      rows[i] = place;
      targets[i] = batch.tokens()[place + 1];
    }
    try (Autograd.Scope recording = Autograd.gradMode(true)) {
      ForwardPass pass = model.forward(scratch, batch, ForwardOptions.DEFAULT);
      NDArray logProbs = pass.selectedLogProbs(rows, targets);
      double loss = mean.callForOne(scratch, "backward", Arg.of(logProbs)).getFloat();
      pass.backward();
      return loss;
    }
  }

  @Override
  public Map<String, Double> measure() {
    try (NDManager scratch = model.parameters().manager().newSubManager()) {
      double loss = differentiate(scratch, batch(0));
      Arg gradients = Arg.of(Autograd.gradients(scratch, weights()));
      double norm = mean.callForOne(scratch, "norm", gradients).getFloat();
      Autograd.zeroGradients(weights());
      return Map.of("loss", loss, "gradient_norm", norm);
    }
  }

  @Override
  public double step(int step) {
    TokenBatch batch = batch(step);
    try (NDManager scratch = model.parameters().manager().newSubManager()) {
      differentiate(scratch, batch);
      Autograd.zeroGradients(weights());
    }
    int places = batch.tokens().length;
    return products.training(places, batch.length(), places - batch.rows());
  }

  private List<NDArray> weights() {
    return model.parameters().tensors();
  }

  @Override
  public void close() {
    model.close();
  }
}
