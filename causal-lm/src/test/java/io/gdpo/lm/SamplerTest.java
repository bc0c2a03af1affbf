package io.gdpo.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final long NEVER = -1;
  private static CausalLanguageModel model;
  private static List<long[]> prompts;

  @BeforeAll
  static void load() throws IOException {
    model = CausalLanguageModel.load(Golden.folder(), Device.cpu());
    prompts = Golden.rows(Golden.expected().get("prompts"));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static List<List<long[]>> sample(int rows, SamplingSpec spec) {
    try (Sampler sampler = new Sampler(model, rows)) {
      return sampler.sample(prompts, spec);
    }
  }

  @Test
  void greedy_tokens_equal_those_of_transformers() {
    List<List<long[]>> sampled = sample(64, new SamplingSpec(1, 20, 0, 1, NEVER));
    List<long[]> expected = Golden.rows(Golden.expected().get("greedy"));
    for (int i = 0; i < prompts.size(); i++) {
      assertThat(sampled.get(i)).hasSize(1);
      assertThat(sampled.get(i).get(0)).as("prompt %d", i).containsExactly(expected.get(i));
    }
  }

  @Test
  void the_stop_token_ends_a_continuation_and_is_not_part_of_it() {
    long[] whole = Golden.rows(Golden.expected().get("greedy")).get(1);
    long stop = whole[7];
    int first = 0;
    while (whole[first] != stop) {
      first++;
    }
    long[] stopped = sample(64, new SamplingSpec(1, 20, 0, 1, stop)).get(1).get(0);
    assertThat(stopped).containsExactly(Arrays.copyOf(whole, first));
  }

  @Test
  void greedy_tokens_with_the_cache_equal_those_of_a_full_forward_for_each_token() {
    List<long[]> starts = new ArrayList<>();
    Random random = new Random(4);
    for (int i = 0; i < 20; i++) {
      starts.add(random.longs(1 + random.nextInt(20), 0, model.config().vocabSize()).toArray());
    }
    try (Sampler sampler = new Sampler(model)) {
      List<List<long[]>> sampled = sampler.sample(starts, new SamplingSpec(1, 10, 0, 1, NEVER));
      for (int i = 0; i < starts.size(); i++) {
        assertThat(sampled.get(i).get(0)).containsExactly(greedyWithoutCache(starts.get(i), 10));
      }
    }
  }

  private static long[] greedyWithoutCache(long[] prompt, int count) {
    long[] tokens = Arrays.copyOf(prompt, prompt.length + count);
    for (int length = prompt.length; length < tokens.length; length++) {
      try (NDManager step = model.parameters().manager().newSubManager()) {
        TokenBatch batch = TokenBatch.ofSequences(List.of(Arrays.copyOf(tokens, length)));
        float[] logits = model.forward(step, batch).logits(new long[] {length - 1}).toFloatArray();
        tokens[length] =
            IntStream.range(0, logits.length)
                .reduce((best, token) -> logits[token] > logits[best] ? token : best)
                .orElseThrow();
      }
    }
    return Arrays.copyOfRange(tokens, prompt.length, tokens.length);
  }

  @Test
  void what_is_sampled_does_not_depend_on_the_batch() {
    SamplingSpec spec = new SamplingSpec(5, 15, 1, 99, 17);
    List<List<long[]>> together = sample(64, spec);
    List<List<long[]>> apart = sample(3, spec);
    for (int i = 0; i < prompts.size(); i++) {
      assertThat(lists(apart.get(i))).isEqualTo(lists(together.get(i)));
    }
    List<List<long[]>> otherSeed = sample(64, new SamplingSpec(5, 15, 1, 100, 17));
    assertThat(lists(otherSeed.get(0))).isNotEqualTo(lists(together.get(0)));
    assertThat(lists(together.get(0))).doesNotHaveDuplicates();
  }

  private static List<List<Long>> lists(List<long[]> continuations) {
    return continuations.stream().map(one -> LongStream.of(one).boxed().toList()).toList();
  }

  @Test
  void frequencies_follow_the_models_probabilities() {
    SamplingSpec spec = new SamplingSpec(20_000, 1, 1.5, 3, NEVER);
    double[] frequency = new double[model.config().vocabSize()];
    try (Sampler sampler = new Sampler(model, 4096)) {
      sampler
          .sample(List.of(prompts.get(0)), spec)
          .get(0)
          .forEach(continuation -> frequency[(int) continuation[0]] += 1.0 / spec.samples());
    }
    try (NDManager step = model.parameters().manager().newSubManager()) {
      ForwardPass pass = model.forward(step, TokenBatch.ofSequences(List.of(prompts.get(0))));
      float[] logits = pass.logits(new long[] {prompts.get(0).length - 1}).toFloatArray();
      double[] p = new double[logits.length];
      for (int i = 0; i < p.length; i++) {
        p[i] = Math.exp(logits[i] / spec.temperature());
      }
      double sum = Arrays.stream(p).sum();
      double[] expected = Arrays.stream(p).map(value -> value / sum).toArray();
      assertThat(frequency).containsExactly(expected, within(0.015));
    }
  }

  @Test
  void a_continuation_ends_where_the_models_positions_do() {
    long[] long33 = new long[33];
    Arrays.fill(long33, 7);
    try (Sampler sampler = new Sampler(model)) {
      List<List<long[]>> sampled =
          sampler.sample(List.of(long33, new long[] {7}), new SamplingSpec(2, 10, 1, 1, NEVER));
      assertThat(sampled.get(0)).allSatisfy(one -> assertThat(one).hasSize(4));
      assertThat(sampled.get(1)).allSatisfy(one -> assertThat(one).hasSize(10));
    }
  }

  @Test
  void a_prompt_without_tokens_or_without_room_is_refused() {
    SamplingSpec spec = new SamplingSpec(1, 1, 1, 1, NEVER);
    try (Sampler sampler = new Sampler(model)) {
      assertThatThrownBy(() -> sampler.sample(List.of(new long[] {1}, new long[0]), spec))
          .hasMessageContaining("Prompt 1 is empty");
      assertThatThrownBy(() -> sampler.sample(List.of(new long[37]), spec))
          .hasMessageContaining("Prompt 0 has 37 tokens")
          .hasMessageContaining("37 positions");
      assertThatThrownBy(() -> sampler.sample(List.of(new long[] {389}), spec))
          .hasMessageContaining("Prompt 0 holds token 389");
    }
  }

  @Test
  void senseless_settings_are_refused() {
    assertThatThrownBy(() -> new SamplingSpec(0, 1, 1, 1, NEVER)).hasMessageContaining("samples");
    assertThatThrownBy(() -> new SamplingSpec(1, 0, 1, 1, NEVER))
        .hasMessageContaining("maxNewTokens");
    assertThatThrownBy(() -> new SamplingSpec(1, 1, -1, 1, NEVER))
        .hasMessageContaining("temperature");
    assertThatThrownBy(() -> new SamplingSpec(1, 1, Double.NaN, 1, NEVER))
        .hasMessageContaining("temperature");
  }
}
