package io.gdpo.lm.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.TorchScript;
import io.gdpo.lm.script.TorchScriptModule;
import io.gdpo.lm.weights.ParameterStore;
import java.util.List;
import org.junit.jupiter.api.Test;

class NarrowWeightsTest {
  private static final String SUM =
      """
      class Sum(Module):
        training : bool
        def of_first(self, tensors: List[Tensor]) -> Tensor:
          return torch.sum(torch.to(tensors[0][:5], 6) * 3.) + torch.sum(torch.to(tensors[1], 6))
        def wide(self, tensors: List[Tensor]) -> List[Tensor]:
          return [torch.to(tensor, 6) for tensor in tensors]
        def doubled(self, x: Tensor) -> List[Tensor]:
          torch.mul_(x, 2.)
          return []
      """;

  @Test
  void copies_follow_what_is_trained_and_hand_their_gradients_over_in_float32() {
    try (ParameterStore store = new ParameterStore(Device.cpu());
        NDManager step = store.manager().newSubManager()) {
      store.add(
          "head.weight", store.manager().create(new float[] {1, 2, 3, 4, 5}, new Shape(5, 1)));
      store.add("inner.weight", store.manager().create(new float[] {.5f, 256.5f}, new Shape(1, 2)));
      store.get("head.weight").setRequiresGradient(true);
      TorchScriptModule sum = TorchScript.load(step, "Sum", SUM);
      List<String> names = NarrowWeights.names(store, List.of("head", "inner"));
      try (NarrowWeights narrow = new NarrowWeights(store, names, ComputeType.BFLOAT16, 5, 4)) {
        try (Autograd.Scope quiet = Autograd.gradMode(false)) {
          sum.call(step, "doubled", Arg.of(store.get("head.weight")));
          sum.call(step, "doubled", Arg.of(store.get("inner.weight")));
        }
        narrow.update();

        List<NDArray> copies = sum.call(step, "wide", Arg.of(narrow.tensors()));
        assertThat(copies.get(0).toFloatArray()).containsExactly(2, 4, 6, 8, 10, 0, 0, 0);
        assertThat(copies.get(1).toFloatArray()) // frozen, so as it was made; 256.5 in 8 bits
            .containsExactly(.5f, 256);

        for (int pass = 0; pass < 2; pass++) {
          List<NDArray> leaves;
          try (Autograd.Scope recording = Autograd.gradMode(true)) {
            leaves = narrow.leaves(step);
            Autograd.backward(sum.callForOne(step, "of_first", Arg.of(leaves)));
          }
          narrow.handOver(leaves);
        }
        List<NDArray> gradients = Autograd.gradients(step, store.tensors());
        assertThat(gradients.get(0).toFloatArray()).containsExactly(6, 6, 6, 6, 6);
        assertThat(gradients.get(1).toFloatArray()).containsExactly(0, 0);
      }
    }
  }
}
