package io.gdpo.group.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NearPromptsTest {
  private static final String TRAINED =
      "Over the fence, my neighbour asked me whether the city should build the new tram line.";

  @Test
  void a_prompt_that_differs_in_a_word_case_and_punctuation_is_near() {
    assertThat(nearOfTrained(TRAINED)).isOne();
    assertThat(
            nearOfTrained(
                "over the fence MY neighbour asked me: whether the city should build a new tram line?"))
        .isOne();
  }

  @Test
  void a_prompt_of_other_words_is_not_near() {
    assertThat(nearOfTrained("At dinner, my cousin wondered whether taxes on fuel are too high."))
        .isZero();
    assertThat(
            nearOfTrained(
                "Over the fence, my neighbour asked me whether dogs should wear a collar at night."))
        .isZero();
  }

  /** Of texts of 60 words of which two are others: 58 of 62 in common, .94; and of 30: 30 of 90. */
  @Test
  void of_a_thousand_prompts_nearly_all_that_are_near_are_found_and_none_that_is_not() {
    Random random = new Random(5);
    NearPrompts train = new NearPrompts();
    NearPrompts near = new NearPrompts();
    NearPrompts far = new NearPrompts();
    for (int i = 0; i < 1_000; i++) {
      List<String> words = random.ints(60, 0, 5_000).mapToObj(w -> "w" + w).toList();
      train.add(String.join(" ", words));
      near.add(String.join(" ", with(words, 2, random)));
      far.add(String.join(" ", with(words, 30, random)));
    }
    assertThat(near.near(train)).isGreaterThan(980);
    assertThat(far.near(train)).isZero();
  }

  private static List<String> with(List<String> words, int others, Random random) {
    List<String> changed = new ArrayList<>(words);
    for (int i = 0; i < others; i++) {
      changed.set(i * 2, "other" + random.nextInt(5_000));
    }
    return changed;
  }

  private static long nearOfTrained(String... prompts) {
    NearPrompts train = new NearPrompts();
    train.add("Something else altogether, of which nobody ever speaks at the bus stop.");
    train.add(TRAINED);
    NearPrompts test = new NearPrompts();
    Arrays.stream(prompts).forEach(test::add);
    return test.near(train);
  }
}
