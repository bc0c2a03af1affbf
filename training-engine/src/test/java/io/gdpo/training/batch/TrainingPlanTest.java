package io.gdpo.training.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingPlanTest {
  private static final int[] LENGTHS = IntStream.range(0, 10).map(i -> 1 << i).toArray();

  @ParameterizedTest
  @ValueSource(longs = {1, 3, 4, 6, 8, 11})
  void whatExamplesAddInAllStepsIsWhatTheyAddStepByStep(long steps) {
    TrainingPlan plan = plan(steps);

    assertThat(plan.sum(LENGTHS))
        .isEqualTo(
            LongStream.rangeClosed(1, steps)
                .flatMap(step -> IntStream.of(plan.batch(step)).mapToLong(i -> LENGTHS[i]))
                .sum());
  }

  @Test
  void inWholeEpochsEachExampleAddsOnceForEach() {
    assertThat(plan(4).sum(LENGTHS)).isEqualTo(1023);
    assertThat(plan(12).sum(LENGTHS)).isEqualTo(3 * 1023);
  }

  /** Of ten examples in batches of three, the last of each epoch smaller. */
  private static TrainingPlan plan(long steps) {
    return new TrainingPlan(
        new DataOrder(7, Collections.nCopies(10, "prompt"), 4), 3, steps, 10, 0);
  }
}
