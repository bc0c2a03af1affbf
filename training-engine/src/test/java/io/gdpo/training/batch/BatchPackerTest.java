package io.gdpo.training.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.Levers;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.objective.ObjectiveOutcome;
import io.gdpo.training.objective.ObjectiveOutcome.Column;
import io.gdpo.training.step.ObjectivePass;
import io.gdpo.training.step.Reference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchPackerTest {
  @TempDir private Path folder;
  private Tokenizer tokenizer;
  private ExampleEncoder encoder;
  private List<TrainingExample> examples;

  @BeforeEach
  void encode() throws IOException {
    SmallGroup group = SmallGroup.in(folder);
    tokenizer = Tokenizer.load(group.tokenizer());
    encoder = new ExampleEncoder(tokenizer, 96, 64);
    examples =
        TrainingData.load(
                group.dataset(),
                encoder,
                Json.SPECS.convertValue(Map.of("loss", "gdpo"), TrainingSpec.class))
            .train();
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void an_example_gives_the_same_numbers_packed_with_others_as_alone(Loss loss) {
    TrainingSpec spec =
        Json.SPECS.convertValue(
            Map.of("loss", loss.label(), "calibration_weight", 0), TrainingSpec.class);
    BatchPacker packer = new BatchPacker(loss, true, Levers.ALL, 64);
    Reference zero = Reference.without(loss);
    try (CausalLanguageModel model =
            CausalLanguageModel.random(ModelConfig.gpt2(257, 96, 16, 2, 2), 3, Device.cpu());
        ObjectivePass pass = new ObjectivePass(model, encoder.beliefTokenIds(), spec)) {
      Map<TrainingExample, double[]> alone =
          numbers(pass, packer.pack(examples, examples.size()), zero);
      Map<TrainingExample, double[]> together = numbers(pass, packer.pack(examples, 3), zero);
      Map<TrainingExample, double[]> inFewSizes =
          numbers(pass, inPassesOf(loss, 400).microBatches(examples, 1), zero);

      for (TrainingExample example : examples) {
        assertThat(together.get(example)).containsExactly(alone.get(example), within(1e-4));
        assertThat(inFewSizes.get(example)).containsExactly(alone.get(example), within(1e-4));
      }
    }
  }

  /** In the sizes that a GPU wants. */
  private static BatchPacker inPassesOf(Loss loss, int tokens) {
    return new BatchPacker(loss, true, Levers.ALL, 64, PassSizes.OF_GPU.ofTokens(tokens));
  }

  private Map<TrainingExample, double[]> numbers(
      ObjectivePass pass, List<PackedBatch> batches, Reference reference) {
    Map<TrainingExample, double[]> numbers = new HashMap<>();
    for (PackedBatch batch : batches) {
      ObjectiveOutcome outcome = pass.evaluate(batch, reference, 0);
      Column[] columns =
          Arrays.copyOf(Column.values(), outcome.hasPairs() ? Column.values().length : 6);
      for (int i = 0; i < outcome.examples(); i++) {
        int number = i;
        numbers.put(
            batch.examples().get(i),
            Arrays.stream(columns).mapToDouble(c -> outcome.value(number, c)).toArray());
      }
    }
    return numbers;
  }

  @Test
  void prompts_and_equal_responses_are_computed_once() {
    BatchPacker packer = new BatchPacker(Loss.GDPO, true, Levers.ALL, 64);
    int apart = examples.stream().mapToInt(packer::length).sum();

    PackedBatch packed = packer.pack(examples, 1).get(0);

    assertThat(packed.examples()).containsExactlyInAnyOrderElementsOf(examples);
    assertThat(packed.realTokens()).isLessThan(apart / 2);
  }

  @Test
  void parts_cover_all_examples_once_and_pad_little() {
    BatchPacker packer = new BatchPacker(Loss.DPO, true, Levers.ALL, 64);

    List<PackedBatch> parts = packer.pack(examples, 4);

    assertThat(parts).hasSize(4);
    assertThat(parts.stream().flatMap(p -> p.examples().stream()))
        .containsExactlyInAnyOrderElementsOf(examples);
    int places = parts.stream().mapToInt(p -> p.tokens().rows() * p.tokens().length()).sum();
    int real = parts.stream().mapToInt(PackedBatch::realTokens).sum();
    assertThat(real).isGreaterThan(places * 2 / 3);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 1_000, 1_000_000})
  void passes_have_about_the_tokens_that_were_asked_for_in_few_sizes(int tokens) {
    List<PackedBatch> passes = inPassesOf(Loss.GDPO, tokens).microBatches(examples, 1);

    assertThat(passes.stream().flatMap(p -> p.examples().stream()))
        .containsExactlyInAnyOrderElementsOf(examples);
    int all = passes.stream().mapToInt(PackedBatch::realTokens).sum();
    assertThat(passes).hasSizeBetween((all + tokens - 1) / tokens, all / tokens + 2);
    for (PackedBatch pass : passes) {
      assertThat(pass.tokens().length() % 64).isZero();
      assertThat(pass.realTokens()).isLessThan(tokens + 300);
    }
    assertThat(inPassesOf(Loss.GDPO, tokens).microBatches(examples, 5))
        .hasSizeGreaterThanOrEqualTo(5);
  }

  @Test
  void imitation_ends_before_or_behind_the_closing_mark_and_preference_starts_at_it() {
    TrainingExample example = examples.get(0);
    int close = example.tokens().belief().close();
    for (boolean includesClose : new boolean[] {true, false}) {
      PackedBatch batch =
          new BatchPacker(Loss.GDPO, includesClose, Levers.ALL, 64)
              .pack(List.of(example), 1)
              .get(0);
      int chosen = example.tokens().chosen().length;
      assertThat(sum(batch.inBelief())).isEqualTo(includesClose ? close + 1 : close);
      assertThat(sum(batch.inResponse()))
          .isEqualTo(chosen - close + example.tokens().rejectedUnderBelief().length - close);
      assertThat(batch.targets()).startsWith(example.tokens().chosen());
      assertThat(batch.rows()[0]).isEqualTo(batch.beliefRows()[0]);
    }
  }

  private static int sum(float[] mask) {
    int sum = 0;
    for (float value : mask) {
      sum += (int) value;
    }
    return sum;
  }
}
