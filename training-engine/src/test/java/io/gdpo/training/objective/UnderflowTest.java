package io.gdpo.training.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.training.objective.ObjectiveOutcome.Column;
import org.junit.jupiter.api.Test;

class UnderflowTest {
  /** The distance of p = (1/2, 1/2, 0, ...) from q = (1, 0, 0, ...): as SciPy gives it. */
  private static final double HALF_FROM_ONE = 0.4645014;

  @Test
  void a_belief_that_nobody_holds_and_whose_probability_underflows_adds_nothing_to_the_distance() {
    float[] logits = {0, -200, -900, -2_000, -1e30f, -800, 3};
    assertThat(distance(logits, new float[] {0.5f, 0.5f, 0, 0, 0, 0}))
        .isCloseTo(HALF_FROM_ONE, within(1e-5));
    assertThat(distance(logits, new float[] {0, 0, 0, 0.5f, 0.5f, 0}))
        .isCloseTo(Math.sqrt(Math.log(2)), within(1e-6));
    assertThat(distance(logits, new float[] {1, 0, 0, 0, 0, 0})).isCloseTo(0, within(1e-6));
  }

  private static double distance(float[] logits, float[] target) {
    try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
      NDArray one = manager.create(new float[] {1});
      ObjectiveInput input =
          new ObjectiveInput(
              manager.create(new float[] {-1}),
              manager.create(logits, new Shape(1, logits.length)),
              manager.create(new long[] {0}),
              one,
              one,
              manager.create(new long[] {0, 1, 2, 3, 4, 5}),
              manager.create(target, new Shape(1, target.length)),
              manager.create(new Shape(0)),
              manager.create(0f),
              manager.create(1f));
      return ObjectiveScript.load(manager, new SftObjective())
          .evaluate(manager, input)
          .value(0, Column.JENSEN_SHANNON_DISTANCE);
    }
  }
}
