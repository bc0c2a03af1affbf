package io.gdpo.lm;

import static io.gdpo.lm.GoldenModel.distance;
import static io.gdpo.lm.GoldenModel.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.batch.TokenTree;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ComputeType;
import io.gdpo.lm.model.ForwardOptions;
import io.gdpo.lm.model.ForwardPass;
import io.gdpo.lm.safetensors.Safetensors;
import io.gdpo.lm.sampling.Sampler;
import io.gdpo.lm.sampling.SamplingSpec;
import io.gdpo.lm.script.Autograd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every family against what Hugging Face transformers computes with the same weights. */
class FamiliesTest {
  private static final long NEVER = -1;

  static Stream<String> names() {
    return GoldenModel.NAMES.stream();
  }

  /** GPT-2's scheme, which scales some weights, has its own test. */
  static Stream<String> namesButGpt2() {
    return names().filter(name -> !name.equals("tiny-gpt2"));
  }

  @ParameterizedTest
  @MethodSource("names")
  void logits_loss_and_gradients_equal_those_of_transformers(String name) throws IOException {
    GoldenModel golden = new GoldenModel(name);
    GoldenModel.Batch batch = golden.batch("right");
    try (CausalLanguageModel model = CausalLanguageModel.load(golden.folder(), Device.cpu());
        Safetensors expected = golden.tensors();
        NDManager step = model.parameters().manager().newSubManager()) {
      model.parameters().requiresGrad(true);
      double logitsDistance;
      NDArray loss;
      try (Autograd.Scope recording = Autograd.gradMode(true)) {
        ForwardPass pass = model.forward(step, batch.batch());
        NDArray logits = Autograd.detach(pass.logits(batch.real()));
        logitsDistance = distance(logits.toFloatArray(), floats(expected, step, "right.logits"));
        loss =
            Autograd.backward(
                TestLoss.negativeMean(pass.selectedLogProbs(batch.rows(), batch.targets())));
      }
      NDList gradients = Autograd.gradients(step, model.parameters().tensors());
      List<String> names = model.parameters().names();
      double gradientDistance = 0;
      for (int i = 0; i < names.size(); i++) {
        float[] reference = floats(expected, step, "right.gradient." + names.get(i));
        double difference =
            distance(gradients.get(i).toFloatArray(), reference)
                / distance(reference, new float[reference.length]);
        assertThat(difference).as(names.get(i)).isLessThan(1e-3);
        gradientDistance = Math.max(gradientDistance, difference);
      }
      System.out.printf(
          "%-20s logits %.1e, gradients of %d parameters %.1e relative%n",
          name, logitsDistance, names.size(), gradientDistance);
      assertThat(logitsDistance).isLessThan(1e-4);
      assertThat((double) loss.getFloat()).isCloseTo(batch.loss(), within(1e-5));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void logits_of_texts_padded_on_the_left_equal_those_of_transformers(String name)
      throws IOException {
    GoldenModel golden = new GoldenModel(name);
    GoldenModel.Batch batch = golden.batch("left");
    try (CausalLanguageModel model = CausalLanguageModel.load(golden.folder(), Device.cpu());
        Safetensors expected = golden.tensors();
        NDManager step = model.parameters().manager().newSubManager()) {
      float[] logits = model.forward(step, batch.batch()).logits(batch.real()).toFloatArray();
      assertThat(distance(logits, floats(expected, step, "left.logits"))).isLessThan(1e-4);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void greedy_tokens_equal_those_of_transformers(String name) throws IOException {
    GoldenModel golden = new GoldenModel(name);
    List<long[]> prompts = Golden.rows(golden.expected().get("prompts"));
    List<long[]> expected = Golden.rows(golden.expected().get("greedy"));
    int length = expected.get(0).length;
    try (CausalLanguageModel model = CausalLanguageModel.load(golden.folder(), Device.cpu());
        Sampler atOnce = new Sampler(model);
        Sampler refilling = new Sampler(model, 2)) {
      assertGreedy(atOnce, prompts, expected, NEVER, length);
      assertGreedy(refilling, prompts, expected, NEVER, length);
      assertGreedy(refilling, prompts, expected, expected.get(0)[3], length);
    }
  }

  private static void assertGreedy(
      Sampler sampler, List<long[]> prompts, List<long[]> expected, long stop, int length) {
    List<List<long[]>> sampled = sampler.sample(prompts, new SamplingSpec(1, length, 0, 1, stop));
    for (int i = 0; i < prompts.size(); i++) {
      long[] untilStop = LongStream.of(expected.get(i)).takeWhile(token -> token != stop).toArray();
      assertThat(sampled.get(i).get(0)).as("prompt %d", i).containsExactly(untilStop);
    }
  }

  /**
   * Longer than Mistral's window; the first two continue alike, the last is the second's beginning.
   */
  private static final List<long[]> SEQUENCES =
      List.of(
          new long[] {5, 17, 3, 44, 8, 19, 6, 33, 21, 11, 12, 60},
          new long[] {5, 17, 3, 44, 8, 19, 6, 33, 21, 11, 9, 2, 2, 60},
          new long[] {5, 17, 3, 44, 8, 19, 6, 33, 21, 30},
          new long[] {5, 17, 3, 44, 8, 19, 6, 33, 21, 11, 9});

  private static final int PROMPT = 9;

  @ParameterizedTest
  @MethodSource("names")
  void trees_packed_in_one_row_equal_separate_sequences(String name) throws IOException {
    try (CausalLanguageModel model =
        CausalLanguageModel.load(new GoldenModel(name).folder(), Device.cpu())) {
      TokenTree other = TokenTree.of(List.of(new long[] {1, 2, 3, 4}, new long[] {1, 7, 7}));
      TokenTree tree = TokenTree.of(SEQUENCES);
      TokenBatch packed = TokenBatch.ofRows(List.of(List.of(other, tree)));
      TokenBatch separate = TokenBatch.ofSequences(SEQUENCES);
      List<Long> targets = new ArrayList<>();
      List<Long> packedRows = new ArrayList<>();
      List<Long> separateRows = new ArrayList<>();
      for (int number = 0; number < SEQUENCES.size(); number++) {
        long[] sequence = SEQUENCES.get(number);
        for (int i = PROMPT; i < sequence.length; i++) {
          targets.add(sequence[i]);
          packedRows.add((long) other.length() + tree.place(number, i - 1));
          separateRows.add((long) number * separate.length() + i - 1);
        }
      }
      ForwardOptions recomputed =
          new ForwardOptions(true, 5, ForwardOptions.DEFAULT.vocabularyRows());
      Outcome apart = outcome(model, separate, separateRows, targets, ForwardOptions.DEFAULT);
      for (ForwardOptions options : List.of(ForwardOptions.DEFAULT, recomputed)) {
        Outcome together = outcome(model, packed, packedRows, targets, options);
        assertThat(distance(together.logProbs, apart.logProbs)).isLessThan(1e-5);
        for (int i = 0; i < apart.gradients.size(); i++) {
          assertThat(distance(together.gradients.get(i), apart.gradients.get(i)))
              .as(model.parameters().names().get(i))
              .isLessThan(1e-5);
        }
      }
    }
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private record Outcome(float[] logProbs, List<float[]> gradients) {}

  private static Outcome outcome(
      CausalLanguageModel model,
      TokenBatch batch,
      List<Long> rows,
      List<Long> targets,
      ForwardOptions options) {
    List<NDArray> weights = model.parameters().tensors();
    model.parameters().requiresGrad(true);
    try (NDManager step = model.parameters().manager().newSubManager();
        Autograd.Scope recording = Autograd.gradMode(true)) {
      ForwardPass pass = model.forward(step, batch, options);
      NDArray logProbs = pass.selectedLogProbs(longs(rows), longs(targets));
      Autograd.backward(TestLoss.negativeMean(logProbs));
      pass.backward();
      List<float[]> gradients =
          Autograd.gradients(step, weights).stream().map(NDArray::toFloatArray).toList();
      Outcome outcome = new Outcome(logProbs.toFloatArray(), gradients);
      Autograd.zeroGradients(weights);
      return outcome;
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void bfloat16_products_give_nearly_the_same(String name) throws IOException {
    GoldenModel golden = new GoldenModel(name);
    GoldenModel.Batch batch = golden.batch("right");
    try (CausalLanguageModel model = CausalLanguageModel.load(golden.folder(), Device.cpu());
        NDManager step = model.parameters().manager().newSubManager()) {
      model.computeIn(ComputeType.BFLOAT16);
      ForwardPass pass = model.forward(step, batch.batch());
      NDArray loss = TestLoss.negativeMean(pass.selectedLogProbs(batch.rows(), batch.targets()));
      assertThat((double) loss.getFloat())
          .isNotEqualTo(batch.loss())
          .isCloseTo(batch.loss(), within(0.05));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void fresh_low_rank_updates_change_nothing_and_trained_ones_merge(String name)
      throws IOException {
    try (CausalLanguageModel model =
        CausalLanguageModel.load(new GoldenModel(name).folder(), Device.cpu())) {
      float[] before = logProbs(model);
      model.adapt(new LoraConfig(2, 4, Optional.empty()), 1);
      assertThat(distance(logProbs(model), before)).isLessThan(1e-5);
      try (Autograd.Scope quiet = Autograd.gradMode(false)) {
        for (String update : model.trainable().names()) {
          NDArray tensor = model.trainable().get(update);
          float[] values = new float[(int) tensor.size()];
          Arrays.fill(values, 0.05f);
          tensor.set(values);
        }
      }
      float[] adapted = logProbs(model);
      assertThat(distance(adapted, before)).isGreaterThan(1e-3);
      model.mergeAdapter();
      assertThat(distance(logProbs(model), adapted)).isLessThan(1e-4);
    }
  }

  private static float[] logProbs(CausalLanguageModel model) {
    try (NDManager step = model.parameters().manager().newSubManager();
        Autograd.Scope quiet = Autograd.gradMode(false)) {
      return model
          .forward(step, TokenBatch.ofSequences(List.of(SEQUENCES.get(0))))
          .selectedLogProbs(new long[] {3, 4, 5}, new long[] {8, 19, 6})
          .toFloatArray();
    }
  }

  /**
   * The folders stay: {@code tools/golden/check_saved.py} shows that transformers loads them, and
   * computes the logits beside them.
   */
  @ParameterizedTest
  @MethodSource("names")
  void a_saved_model_is_the_same_when_loaded(String name) throws IOException {
    GoldenModel golden = new GoldenModel(name);
    Path folder = Path.of("target", "saved", name);
    try (CausalLanguageModel model = CausalLanguageModel.load(golden.folder(), Device.cpu());
        NDManager step = model.parameters().manager().newSubManager()) {
      model.save(folder, Golden.resource("tokenizers/llama3/tokenizer.json"));
      try (CausalLanguageModel loaded = CausalLanguageModel.load(folder, Device.cpu())) {
        ObjectNode expected = model.config().json().deepCopy().put("eos_token_id", 1);
        assertThat(loaded.config().json())
            .as("with the tokenizer's end")
            .hasToString(expected.toString());
        assertThat(loaded.parameters().names()).isEqualTo(model.parameters().names());
        for (String weight : model.parameters().names()) {
          assertThat(loaded.parameters().get(weight).toFloatArray())
              .as(weight)
              .containsExactly(model.parameters().get(weight).toFloatArray());
        }
      }
      saveLogits(model, step, folder);
    }
  }

  /** The same for PEFT, with the model that the test above saves. */
  @ParameterizedTest
  @MethodSource("names")
  void a_saved_adapter_is_the_same_when_loaded(String name) throws IOException {
    GoldenModel golden = new GoldenModel(name);
    Path tokenizer = Golden.resource("tokenizers/llama3/tokenizer.json");
    Path base = Path.of("target", "saved", name);
    Path folder = Path.of("target", "saved", name + "-adapter");
    try (CausalLanguageModel model = CausalLanguageModel.load(golden.folder(), Device.cpu());
        NDManager step = model.parameters().manager().newSubManager()) {
      model.save(base, tokenizer);
      model.adapt(new LoraConfig(3, 5, Optional.empty()), 1);
      Random random = new Random(2);
      for (NDArray update : model.trainable().tensors()) {
        float[] values = new float[(int) update.size()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (0.2 * random.nextGaussian());
        }
        update.set(values);
      }
      model.saveAdapter(folder, tokenizer, base);
      try (CausalLanguageModel loaded = CausalLanguageModel.load(folder, Device.cpu())) {
        assertThat(logProbs(loaded)).containsExactly(logProbs(model));
      }
      saveLogits(model, step, folder);
    }
  }

  private static void saveLogits(CausalLanguageModel model, NDManager step, Path folder)
      throws IOException {
    long[] tokens = LongStream.range(1, 31).toArray();
    long[] rows = LongStream.range(0, 30).toArray();
    NDArray logits = model.forward(step, TokenBatch.ofSequences(List.of(tokens))).logits(rows);
    Safetensors.write(
        folder.resolve("logits.safetensors"),
        Map.of(
            "tokens", step.create(tokens, new Shape(1, 30)),
            "logits", logits.reshape(1, 30, model.config().vocabSize())),
        Map.of());
  }

  @ParameterizedTest
  @MethodSource("namesButGpt2")
  void random_weights_start_where_the_family_starts(String name) throws IOException {
    ModelConfig config = ModelConfig.load(new GoldenModel(name).folder());
    try (CausalLanguageModel model = CausalLanguageModel.random(config, 3, Device.cpu())) {
      assertThat(model.parameters().names()).containsExactlyElementsOf(config.weights().keySet());
      for (String weight : model.parameters().names()) {
        float[] values = model.parameters().get(weight).toFloatArray();
        boolean vector = model.parameters().get(weight).getShape().dimension() == 1;
        if (weight.endsWith(".bias")) {
          assertThat(values).as(weight).containsOnly(0);
        } else if (vector) {
          assertThat(values).as(weight).containsOnly(1);
        } else {
          assertThat(distance(values, new float[values.length])).as(weight).isBetween(0.4, 1.5);
        }
      }
    }
  }
}
