package io.gdpo.lm.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TorchScriptTest {
  private static final String SOURCE =
      """
      class Sums(Module):
        training : bool
        times : int
        plus : float
        twice : bool

        def scaled(self, x: Tensor) -> Tensor:
          y = x * self.times + self.plus
          if self.twice:
            y = y + y
          return y

        def total(self, x: Tensor, many: List[Tensor]) -> Tensor:
          for y in many:
            x = x + y
          return x

        def cube(self, x: Tensor) -> Tensor:
          return torch.sum(torch.pow(x, 3))

        def both(self, x: Tensor, y: Tensor) -> Tuple[Tensor, List[Tensor]]:
          return (x + y, [x - y, x * y])
      """;

  private NDManager manager;
  private TorchScriptModule sums;

  @BeforeEach
  void load() {
    manager = NDManager.newBaseManager(null, "PyTorch");
    sums =
        TorchScript.load(manager, "Sums", SOURCE, Map.of("times", 3, "plus", 0.25, "twice", true));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void attributes_of_each_kind_reach_the_module() {
    NDArray y = sums.callForOne(manager, "scaled", Arg.of(manager.create(new float[] {1, -2})));
    assertThat(y.toFloatArray()).containsExactly(6.5f, -11.5f);
  }

  @Test
  void lists_arrive_in_order_and_nested_results_are_flattened() {
    NDArray x = manager.create(5f);
    NDArray y = manager.create(3f);
    assertThat(sums.callForOne(manager, "total", Arg.of(x), Arg.of(List.of(y, y))).getFloat())
        .isEqualTo(11f);
    NDList both = sums.call(manager, "both", Arg.of(x), Arg.of(y));
    assertThat(both.stream().map(NDArray::getFloat)).containsExactly(8f, 2f, 15f);
  }

  @Test
  void results_belong_to_the_manager_that_was_named() {
    NDArray result;
    try (NDManager step = manager.newSubManager()) {
      result = sums.callForOne(step, "scaled", Arg.of(manager.create(1f)));
      assertThat(result.getManager()).isSameAs(step);
    }
    assertThat(result.isReleased()).isTrue();
  }

  @Test
  void a_tensor_in_two_parts_of_one_call_is_refused() {
    NDArray x = manager.create(1f);
    assertThatThrownBy(() -> sums.call(manager, "total", Arg.of(x), Arg.of(List.of(x))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in two parts");
  }

  @Test
  void an_unknown_method_is_named() {
    assertThatThrownBy(() -> sums.call(manager, "divided", Arg.of(manager.create(1f))))
        .isInstanceOf(TorchScriptException.class)
        .hasMessageContaining("Sums.divided");
  }

  @Test
  void source_that_does_not_compile_is_refused_with_libtorchs_account() {
    String broken =
        "class Broken(Module):\n  training : bool\n  def f(self, x: Tensor) -> Tensor:\n    return torch.no_such_operator(x)\n";
    assertThatThrownBy(() -> TorchScript.load(manager, "Broken", broken))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no_such_operator");
    assertThatThrownBy(() -> TorchScript.load(manager, "Other", broken))
        .hasMessageContaining("class Other(Module):");
  }

  @Test
  void gradients_survive_garbage_collections_between_forward_and_backward() {
    NDArray x = manager.create(new float[] {1, 2, 3});
    x.setRequiresGradient(true);
    for (int round = 1; round <= 3; round++) {
      try (NDManager step = manager.newSubManager();
          Autograd.Scope recording = Autograd.gradMode(true)) {
        NDArray loss = sums.callForOne(step, "cube", Arg.of(x));
        System.gc();
        assertThat(Autograd.backward(loss).getFloat()).isEqualTo(36f);
        NDArray gradient = Autograd.gradients(step, List.of(x)).get(0);
        assertThat(gradient.toFloatArray()).containsExactly(3f * round, 12f * round, 27f * round);
      }
    }
    Autograd.zeroGradients(List.of(x));
    assertThat(Autograd.gradients(manager, List.of(x)).get(0).toFloatArray()).containsOnly(0f);
  }

  @Test
  void a_leaf_that_no_backward_reached_has_zeros_for_a_gradient() {
    NDArray x = manager.create(new float[] {1, 2});
    x.setRequiresGradient(true);
    Autograd.zeroGradients(List.of(x));
    assertThat(Autograd.gradients(manager, List.of(x)).get(0).toFloatArray())
        .containsExactly(0f, 0f);
  }

  @Test
  void no_thread_records_a_graph_unless_told() throws Exception {
    NDArray x = manager.create(new float[] {1, 2, 3});
    x.setRequiresGradient(true);
    ExecutorService worker = Executors.newSingleThreadExecutor();
    try {
      Future<?> quiet =
          worker.submit(() -> Autograd.backward(sums.callForOne(manager, "cube", Arg.of(x))));
      assertThatThrownBy(quiet::get).hasMessageContaining("does not require grad");
      worker
          .submit(
              () -> {
                try (Autograd.Scope on = Autograd.gradMode(true)) {
                  Autograd.backward(sums.callForOne(manager, "cube", Arg.of(x)));
                }
              })
          .get();
      assertThat(Autograd.gradients(manager, List.of(x)).get(0).toFloatArray())
          .containsExactly(3f, 12f, 27f);
    } finally {
      worker.shutdown();
    }
  }

  @Test
  void a_wrong_shape_fails_with_the_methods_name() {
    NDArray x = manager.zeros(new Shape(2));
    NDArray y = manager.zeros(new Shape(3));
    assertThatThrownBy(() -> sums.call(manager, "both", Arg.of(x), Arg.of(y)))
        .isInstanceOf(TorchScriptException.class)
        .hasMessageContaining("Sums.both")
        .hasMessageContaining("size");
  }
}
