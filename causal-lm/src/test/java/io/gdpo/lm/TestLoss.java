package io.gdpo.lm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.TorchScript;
import io.gdpo.lm.script.TorchScriptModule;

/** The simplest loss, for tests of gradients. */
public final class TestLoss {
  private static final TorchScriptModule LOSS =
      TorchScript.load(
          NDManager.newBaseManager(null, "PyTorch"),
          "Loss",
          """
          class Loss(Module):
            training : bool

            def negative_mean(self, log_probs: Tensor) -> Tensor:
              return torch.neg(torch.mean(log_probs))
          """);

  private TestLoss() {}

  public static NDArray negativeMean(NDArray logProbs) {
    return LOSS.callForOne(logProbs.getManager(), "negative_mean", Arg.of(logProbs));
  }
}
