package io.gdpo.lm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.Golden;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ComputeType;
import io.gdpo.lm.model.ForwardPass;
import io.gdpo.lm.safetensors.Safetensors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 1e-40, 1e-60})
  void the_lower_the_temperature_the_greedier_are_the_tokens(double temperature) {
    List<List<long[]>> sampled = sample(64, new SamplingSpec(1, 20, temperature, 1, NEVER));
    List<long[]> expected = Golden.rows(Golden.expected().get("greedy"));
    for (int i = 0; i < prompts.size(); i++) {
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

  @ParameterizedTest
  @CsvSource({"NaN, 0", "NaN, 1", "Infinity, 0", "Infinity, 1"})
  void a_model_that_gives_no_numbers_is_refused_instead_of_a_token_outside_the_vocabulary(
      float broken, double temperature) throws IOException {
    try (CausalLanguageModel damaged = CausalLanguageModel.load(Golden.folder(), Device.cpu())) {
      NDArray norm = damaged.parameters().get("transformer.ln_f.weight");
      float[] values = norm.toFloatArray();
      values[3] = broken;
      norm.set(values);
      try (Sampler sampler = new Sampler(damaged)) {
        assertThatThrownBy(
                () -> sampler.sample(prompts, new SamplingSpec(1, 5, temperature, 1, NEVER)))
            .isInstanceOf(InvalidModelException.class)
            .hasMessageContaining("of prompt")
            .hasMessageContaining("NaN or infinite");
      }
    }
  }

  @Test
  void progress_counts_the_continuations_that_have_ended() {
    List<Integer> told = new ArrayList<>();
    try (Sampler sampler = new Sampler(model, 2)) {
      sampler.sample(prompts, new SamplingSpec(1, 4, 0, 1, NEVER), told::add);
    }
    assertThat(told).isSorted().startsWith(0).endsWith(prompts.size());
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
  void finished_rows_are_refilled_without_a_trace() {
    List<long[]> many = new ArrayList<>();
    Random random = new Random(8);
    for (int i = 0; i < 24; i++) {
      many.add(random.longs(1 + random.nextInt(9), 0, model.config().vocabSize()).toArray());
    }
    List<Long> stops = random.longs(30, 0, model.config().vocabSize()).boxed().toList();
    SamplingSpec spec = new SamplingSpec(3, 25, 1, 0, 1, 5, stops);
    List<List<List<Long>>> alone = sampleLists(1, many, spec);
    assertThat(alone.stream().flatMap(List::stream).map(List::size).distinct().count())
        .as("continuations of many lengths")
        .isGreaterThan(8);
    for (int rows : new int[] {3, 7, 64}) {
      assertThat(sampleLists(rows, many, spec)).as("%d rows", rows).isEqualTo(alone);
    }
  }

  private static List<List<List<Long>>> sampleLists(
      int rows, List<long[]> prompts, SamplingSpec spec) {
    try (Sampler sampler = new Sampler(model, rows)) {
      return sampler.sample(prompts, spec).stream().map(SamplerTest::lists).toList();
    }
  }

  @Test
  void greedy_tokens_in_refilled_rows_equal_those_of_a_full_forward_for_each_token() {
    List<long[]> starts = new ArrayList<>();
    Random random = new Random(6);
    for (int i = 0; i < 12; i++) {
      starts.add(random.longs(1 + random.nextInt(14), 0, model.config().vocabSize()).toArray());
    }
    try (Sampler sampler = new Sampler(model, 3)) {
      List<List<long[]>> sampled = sampler.sample(starts, new SamplingSpec(1, 20, 0, 1, NEVER));
      for (int i = 0; i < starts.size(); i++) {
        assertThat(sampled.get(i).get(0)).containsExactly(greedyWithoutCache(starts.get(i), 20));
      }
    }
  }

  @Test
  void windows_of_few_sizes_give_the_same_tokens() {
    List<long[]> starts = new ArrayList<>();
    Random random = new Random(8);
    for (int i = 0; i < 12; i++) {
      starts.add(random.longs(1 + random.nextInt(20), 0, model.config().vocabSize()).toArray());
    }
    SamplingSpec spec = new SamplingSpec(3, 12, 0.7, 5, 17);
    try (Sampler usual = new Sampler(model, 4);
        Sampler inFewSizes = new Sampler(model, 4, new PassSizes(8, 40))) {
      List<List<long[]>> expected = usual.sample(starts, spec);
      List<List<long[]>> sampled = inFewSizes.sample(starts, spec);
      for (int i = 0; i < starts.size(); i++) {
        for (int sample = 0; sample < 3; sample++) {
          assertThat(sampled.get(i).get(sample)).containsExactly(expected.get(i).get(sample));
        }
      }
    }
  }

  @Test
  void any_of_several_stop_tokens_ends_a_continuation() {
    long[] whole = Golden.rows(Golden.expected().get("greedy")).get(1);
    SamplingSpec spec = new SamplingSpec(1, 20, 0, 0, 1, 1, List.of(whole[12], whole[5]));
    long[] stopped = sample(64, spec).get(1).get(0);
    assertThat(stopped.length).isLessThanOrEqualTo(5);
    assertThat(stopped).containsExactly(Arrays.copyOf(whole, stopped.length));
  }

  @ParameterizedTest
  @CsvSource({
    "plain, 1, 0, 1",
    "temperature, 0.7, 0, 1",
    "top_k_1, 1, 1, 1",
    "top_k_7, 1.3, 7, 1",
    "top_k_more_than_there_are, 1, 5000, 1",
    "top_p_tiny, 1, 0, 1e-6",
    "top_p_half, 1, 0, 0.5",
    "top_p_most, 1, 0, 0.95",
    "all_at_once, 1.5, 40, 0.8"
  })
  void tokens_are_cut_off_as_transformers_does(
      String name, double temperature, int topK, double topP) throws IOException {
    SamplingSpec spec = new SamplingSpec(1, 1, temperature, topK, topP, 1, List.of());
    try (Sampler sampler = new Sampler(model, 1);
        Safetensors golden = Safetensors.open(Golden.resource("sampling.safetensors"));
        NDManager step = model.parameters().manager().newSubManager()) {
      float[] expected = golden.loadFloats(step, name).toFloatArray();
      float[] actual =
          sampler.probabilities(golden.loadFloats(step, "logits"), spec).toFloatArray();
      assertThat(actual).containsExactly(expected, within(1e-6f));
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i] > 0).as("whether %d is kept", i).isEqualTo(expected[i] > 0);
      }
    }
  }

  @Test
  void the_nucleus_of_a_flat_distribution_is_found_behind_the_first_tokens_looked_at() {
    int vocabulary = 3000;
    float[] logits = new float[vocabulary];
    for (int token = 0; token < vocabulary; token++) {
      logits[token] = (token * 7919 % vocabulary) * 1e-4f; // all different, in no order
    }
    SamplingSpec spec = new SamplingSpec(1, 1, 1, 0, 0.9, 1, List.of());
    try (Sampler sampler = new Sampler(model, 1);
        NDManager step = model.parameters().manager().newSubManager()) {
      float[] actual =
          sampler.probabilities(step.create(logits, new Shape(1, vocabulary)), spec).toFloatArray();
      double[] weights = new double[vocabulary];
      for (int token = 0; token < vocabulary; token++) {
        weights[token] = Math.exp(logits[token]);
      }
      double total = Arrays.stream(weights).sum();
      double before = 0;
      int kept = 0;
      double[] descending = Arrays.stream(weights).map(w -> -w).sorted().map(w -> -w).toArray();
      while (before < spec.topP() * total) {
        before += descending[kept++];
      }
      double least = descending[kept - 1];
      double mass = before;
      double[] expected =
          Arrays.stream(weights).map(weight -> weight >= least ? weight / mass : 0).toArray();
      for (int token = 0; token < vocabulary; token++) {
        assertThat((double) actual[token]).isEqualTo(expected[token], within(1e-8));
      }
    }
  }

  @Test
  void what_is_drawn_stays_within_what_is_kept_and_follows_its_probabilities() {
    SamplingSpec spec = new SamplingSpec(20_000, 1, 1.2, 9, 0.8, 3, List.of());
    double[] frequency = new double[model.config().vocabSize()];
    try (Sampler sampler = new Sampler(model, 4096);
        NDManager step = model.parameters().manager().newSubManager()) {
      sampler
          .sample(List.of(prompts.get(1)), spec)
          .get(0)
          .forEach(continuation -> frequency[(int) continuation[0]] += 1.0 / spec.samples());
      ForwardPass pass = model.forward(step, TokenBatch.ofSequences(List.of(prompts.get(1))));
      float[] expected =
          sampler
              .probabilities(pass.logits(new long[] {prompts.get(1).length - 1}), spec)
              .toFloatArray();
      for (int token = 0; token < expected.length; token++) {
        assertThat(frequency[token]).isEqualTo(expected[token], within(0.015));
        assertThat(frequency[token] > 0).isEqualTo(expected[token] > 0);
      }
    }
  }

  @Test
  void bfloat16_continues_as_its_own_full_forward_does() throws IOException {
    try (CausalLanguageModel rounded = CausalLanguageModel.load(Golden.folder(), Device.cpu())) {
      rounded.computeIn(ComputeType.BFLOAT16);
      SamplingSpec spec = new SamplingSpec(1, 12, 0, 1, NEVER);
      try (Sampler sampler = new Sampler(rounded, 2)) {
        List<List<long[]>> sampled = sampler.sample(prompts, spec);
        for (int i = 0; i < prompts.size(); i++) {
          assertThatEachIsNearlyMostLikely(rounded, prompts.get(i), sampled.get(i).get(0));
        }
      }
    }
  }

  /** Cached and uncached products round apart in bfloat16: what was taken is the best or close. */
  private static void assertThatEachIsNearlyMostLikely(
      CausalLanguageModel model, long[] prompt, long[] continuation) {
    long[] tokens = Arrays.copyOf(prompt, prompt.length + continuation.length);
    System.arraycopy(continuation, 0, tokens, prompt.length, continuation.length);
    try (NDManager step = model.parameters().manager().newSubManager()) {
      long[] places = LongStream.range(prompt.length - 1, tokens.length - 1).toArray();
      float[] logits =
          model
              .forward(step, TokenBatch.ofSequences(List.of(tokens)))
              .logits(places)
              .toFloatArray();
      int vocabulary = model.config().vocabSize();
      for (int i = 0; i < continuation.length; i++) {
        float best = Float.NEGATIVE_INFINITY;
        for (int token = 0; token < vocabulary; token++) {
          best = Math.max(best, logits[i * vocabulary + token]);
        }
        assertThat(logits[i * vocabulary + (int) continuation[i]]).isGreaterThan(best - 0.1f);
      }
    }
  }

  @Test
  void low_rank_updates_are_sampled_with() throws IOException {
    try (CausalLanguageModel adapted = CausalLanguageModel.load(Golden.folder(), Device.cpu())) {
      adapted.adapt(new LoraConfig(2, 64, Optional.empty()), 3);
      Random random = new Random(2);
      for (String name : adapted.trainable().names()) {
        NDArray update = adapted.trainable().get(name);
        float[] values = new float[(int) update.size()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (0.1 * random.nextGaussian());
        }
        update.set(values);
      }
      SamplingSpec spec = new SamplingSpec(1, 10, 0, 1, NEVER);
      try (Sampler beside = new Sampler(adapted, 2)) {
        List<List<long[]>> apart = beside.sample(prompts, spec);
        adapted.mergeAdapter();
        try (Sampler within = new Sampler(adapted, 2)) {
          List<List<long[]>> merged = within.sample(prompts, spec);
          for (int i = 0; i < prompts.size(); i++) {
            assertThat(lists(apart.get(i))).isEqualTo(lists(merged.get(i)));
          }
        }
      }
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
    SamplingSpec usable = new SamplingSpec(1, 1, 1, 1, NEVER);
    assertThatThrownBy(() -> usable.withTopK(-1)).hasMessageContaining("topK");
    for (double p : new double[] {0, -0.1, 1.01, Double.NaN}) {
      assertThatThrownBy(() -> usable.withTopP(p)).hasMessageContaining("topP");
    }
  }
}
