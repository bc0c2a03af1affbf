package io.gdpo.training.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DataOrderTest {
  private static final int SIZE = 60;

  /** Ten prompts with six examples each, far apart. */
  private static final List<String> PROMPTS =
      IntStream.range(0, SIZE).mapToObj(i -> "prompt " + i % 10).toList();

  @Test
  void it_follows_from_seed_and_epoch_alone() {
    DataOrder order = new DataOrder(1, PROMPTS, 4);

    assertThat(order.epoch(3)).isEqualTo(new DataOrder(1, PROMPTS, 4).epoch(3));
    assertThat(order.epoch(3)).isNotEqualTo(order.epoch(4));
    assertThat(order.epoch(3)).isNotEqualTo(new DataOrder(2, PROMPTS, 4).epoch(3));
  }

  @Test
  void every_epoch_visits_every_example_once() {
    for (int together : new int[] {1, 2, 4, 100}) {
      DataOrder order = new DataOrder(7, PROMPTS, together);
      for (int epoch = 0; epoch < 3; epoch++) {
        assertThat(order.epoch(epoch))
            .containsExactlyInAnyOrder(IntStream.range(0, SIZE).toArray());
      }
    }
  }

  @Test
  void examples_of_a_prompt_stand_together_as_far_as_asked() {
    assertThat(changesOfPrompt(new DataOrder(7, PROMPTS, 6).epoch(0))).isEqualTo(9);
    assertThat(changesOfPrompt(new DataOrder(7, PROMPTS, 3).epoch(0))).isBetween(9L, 19L);
    assertThat(changesOfPrompt(new DataOrder(7, PROMPTS, 1).epoch(0))).isGreaterThan(40);
  }

  @Test
  void which_examples_stand_together_changes_with_the_epoch() {
    DataOrder order = new DataOrder(7, PROMPTS, 2);
    Set<Set<Integer>> first = pairs(order.epoch(0));
    Set<Set<Integer>> second = pairs(order.epoch(1));

    assertThat(first).hasSize(30).isNotEqualTo(second);
  }

  private static long changesOfPrompt(int[] order) {
    return IntStream.range(1, order.length)
        .filter(i -> !PROMPTS.get(order[i]).equals(PROMPTS.get(order[i - 1])))
        .count();
  }

  private static Set<Set<Integer>> pairs(int[] order) {
    Set<Set<Integer>> pairs = new HashSet<>();
    for (int i = 0; i < order.length; i += 2) {
      pairs.add(Set.of(order[i], order[i + 1]));
    }
    return pairs;
  }
}
