package io.gdpo.training.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.BeliefTokens;
import io.gdpo.data.EncodedExample;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.batch.TokenTree;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.batch.BatchPacker;
import io.gdpo.training.batch.MismatchedExamples;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.batch.TrainingExample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KlEstimateTest {
  private static final int MAX_LENGTH = 96;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(
      value = Loss.class,
      names = {"KTO", "GDPO_KTO"})
  void it_is_the_mean_log_ratio_of_mismatched_responses_for_every_batch_shape_and_never_negative(
      Loss loss) throws IOException {
    SmallGroup group = SmallGroup.in(folder);
    TrainingSpec spec = Json.SPECS.convertValue(Map.of("loss", loss.label()), TrainingSpec.class);
    try (Tokenizer tokenizer = Tokenizer.load(group.tokenizer());
        CausalLanguageModel policy = model(3);
        CausalLanguageModel other = model(5)) {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, MAX_LENGTH, 64);
      List<TrainingExample> split = TrainingData.load(group.dataset(), encoder, spec).train();
      List<TrainingExample> mismatched = MismatchedExamples.of(split, MAX_LENGTH);
      double[] ratios =
          mismatched.stream()
              .mapToDouble(e -> counted(policy, e, loss) - counted(other, e, loss))
              .toArray();
      BatchPacker packer = new BatchPacker(loss, true, spec.levers(), 32).chosenOnly();
      try (ObjectivePass pass = new ObjectivePass(policy, encoder.beliefTokenIds(), spec);
          ObjectivePass byOther = new ObjectivePass(other, encoder.beliefTokenIds(), spec)) {
        Reference reference = ReferenceLogProbs.compute(byOther, packer.pack(mismatched, 2));
        for (PassSizes sizes : List.of(PassSizes.OF_CPU, PassSizes.OF_GPU.ofTokens(200))) {
          BatchPacker inSizes = new BatchPacker(loss, true, spec.levers(), 32, sizes).chosenOnly();
          KlEstimate estimate = new KlEstimate(pass, reference, inSizes, mismatched);
          for (int[] batch : new int[][] {{0}, {1}, {2}, {7, 3, 11}, {5, 4, 3, 2, 20}, all(24)}) {
            double mean = IntStream.of(batch).mapToDouble(i -> ratios[i]).average().orElseThrow();
            List<TrainingExample> examples = IntStream.of(batch).mapToObj(split::get).toList();
            assertThat(estimate.of(estimate.layOut(examples)))
                .as(Arrays.toString(batch))
                .isCloseTo(Math.max(0, mean), within(1e-4));
          }
        }
        assertThat(Arrays.stream(ratios).boxed()).anyMatch(r -> r < 0).anyMatch(r -> r > 0);
      }
    }
  }

  private static int[] all(int examples) {
    return IntStream.range(0, examples).toArray();
  }

  private static CausalLanguageModel model(long seed) {
    return CausalLanguageModel.random(
        ModelConfig.gpt2(257, MAX_LENGTH, 32, 2, 2), seed, Device.cpu());
  }

  /** Log-probability of an example's chosen response, alone in its batch. */
  private static double counted(CausalLanguageModel model, TrainingExample example, Loss loss) {
    EncodedExample tokens = example.tokens();
    int first = loss.needs(Loss.Need.BELIEFS) ? tokens.belief().close() : 0;
    int start = tokens.prompt().length;
    long[] targets = Arrays.copyOfRange(tokens.chosen(), first, tokens.chosen().length);
    long[] places =
        IntStream.range(first, tokens.chosen().length).mapToLong(t -> start + t - 1L).toArray();
    try (NDManager step = model.parameters().manager().newSubManager()) {
      float[] logProbs =
          model
              .forward(
                  step,
                  TokenBatch.ofSequences(
                      List.of(TokenTree.joined(tokens.prompt(), tokens.chosen()))))
              .selectedLogProbs(places, targets)
              .toFloatArray();
      return IntStream.range(0, logProbs.length).mapToDouble(i -> logProbs[i]).sum();
    }
  }

  @Test
  void every_prompt_gets_another_prompts_response_and_each_response_is_taken_once() {
    List<TrainingExample> split = split(3, 1, 2, 1, 2);

    List<TrainingExample> mismatched = MismatchedExamples.of(split, MAX_LENGTH);

    assertMismatched(split, mismatched);
    assertThat(mismatched.stream().map(e -> e.tokens().chosen()[0]))
        .containsExactlyInAnyOrderElementsOf(
            split.stream().map(e -> e.tokens().chosen()[0]).toList());
  }

  @Test
  void a_prompt_of_most_examples_gets_the_others_responses_in_turn() {
    for (int[] sizes : new int[][] {{5, 1, 1}, {1, 4}, {1, 1}, {2, 7, 1}}) {
      List<TrainingExample> split = split(sizes);

      assertMismatched(split, MismatchedExamples.of(split, MAX_LENGTH));
    }
  }

  @Test
  void one_prompt_alone_leaves_nothing_to_estimate_from() {
    assertThat(MismatchedExamples.of(split(4), MAX_LENGTH)).isEmpty();
    assertThat(MismatchedExamples.of(split(1), MAX_LENGTH)).isEmpty();
  }

  @Test
  void of_judged_responses_the_good_ones_are_taken_where_other_prompts_have_any() {
    List<TrainingExample> judged =
        split(1, 1, 2, 1).stream().map(it -> it.index() % 2 == 0 ? it : withoutChosen(it)).toList();
    List<TrainingExample> bad = split(1, 1).stream().map(KlEstimateTest::withoutChosen).toList();

    List<TrainingExample> mismatched = MismatchedExamples.of(judged, MAX_LENGTH);

    assertMismatched(judged, mismatched);
    assertThat(MismatchedExamples.of(bad, MAX_LENGTH))
        .extracting(it -> it.tokens().chosen()[0])
        .containsExactly(101L, 100L);
  }

  private static TrainingExample withoutChosen(TrainingExample of) {
    EncodedExample it = of.tokens();
    return new TrainingExample(
        of.index(),
        new EncodedExample(
            it.prompt(), new long[0], it.chosen(), it.chosen(), it.belief(), false, false),
        of.target(),
        of.share(),
        of.majority());
  }

  @Test
  void a_prompt_too_long_for_the_others_response_keeps_its_first_tokens() {
    List<TrainingExample> mismatched = MismatchedExamples.of(split(1, 1), 4);

    assertThat(mismatched.get(0).tokens().prompt()).containsExactly(0);
    assertThat(mismatched.get(0).tokens().chosen()).containsExactly(101, 7, 7);
    assertThat(mismatched.get(0).tokens().promptCut()).isTrue();
  }

  private static void assertMismatched(
      List<TrainingExample> split, List<TrainingExample> mismatched) {
    assertThat(mismatched).hasSameSizeAs(split);
    for (int i = 0; i < split.size(); i++) {
      long response = mismatched.get(i).tokens().chosen()[0];
      TrainingExample other =
          split.stream()
              .filter(e -> e.tokens().hasChosen() && e.tokens().chosen()[0] == response)
              .findAny()
              .orElseThrow();
      assertThat(mismatched.get(i).index()).isEqualTo(i);
      assertThat(mismatched.get(i).tokens().prompt()).isEqualTo(split.get(i).tokens().prompt());
      assertThat(other.tokens().prompt()).isNotEqualTo(split.get(i).tokens().prompt());
    }
  }

  /** So many examples of each prompt, one prompt's not side by side; responses all differ. */
  private static List<TrainingExample> split(int... sizes) {
    List<TrainingExample> split = new ArrayList<>();
    int most = IntStream.of(sizes).max().orElseThrow();
    for (int round = 0; round < most; round++) {
      for (int prompt = 0; prompt < sizes.length; prompt++) {
        if (round < sizes[prompt]) {
          long[] response = {100 + split.size(), 7, 7};
          split.add(
              new TrainingExample(
                  split.size(),
                  new EncodedExample(
                      new long[] {prompt, 1},
                      response,
                      response,
                      response,
                      new BeliefTokens(0, 1, 2),
                      false,
                      false),
                  new float[6],
                  0.5f,
                  true));
        }
      }
    }
    return split;
  }
}
