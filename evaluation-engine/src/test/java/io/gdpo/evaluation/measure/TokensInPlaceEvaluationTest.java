package io.gdpo.evaluation.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.evaluation.observation.BeliefDistribution;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("With a tokenizer of any kind, evaluation")
class TokensInPlaceEvaluationTest {
  private static final Path KINDS =
      Path.of("../preference-data/src/test/resources/io/gdpo/data/tokenizers");

  @ParameterizedTest
  @ValueSource(strings = {"dummy-blank", "metaspace", "bos-template", "prefix-space"})
  void reads_the_belief_at_the_digit_that_continues_the_prompt(String kind) throws IOException {
    PreferenceExample example =
        PreferenceExample.ofOpinion(
            "q",
            "s",
            "Bees?",
            "",
            List.of("Yes", "No"),
            5,
            "Yes",
            "Sure.",
            1,
            "No",
            "Never!",
            List.of(0.0, 0.25, 0.0, 0.0, 0.0, 0.75),
            true);
    try (Tokenizer tokenizer = Tokenizer.load(KINDS.resolve(kind));
        CausalLanguageModel model =
            CausalLanguageModel.random(
                ModelConfig.gpt2(tokenizer.vocabularySize(), 96, 16, 2, 2), 5, Device.cpu())) {
      long[] prompt = new ExampleEncoder(tokenizer, 96, 60).encodePrompt(example);
      long[] expectedPrompt =
          LongStream.concat(
                  LongStream.of(tokenizer.bos()), LongStream.of(tokenizer.encode("<Q>Bees?<A>")))
              .toArray();
      // Behind a text, a digit is the same token with and without a dummy blank at the text's
      // front.
      long[] digits =
          IntStream.range(0, 6).mapToLong(b -> last(tokenizer.encode("(" + b))).toArray();

      BeliefDistribution read =
          new BeliefReader(model, new ExampleEncoder(tokenizer, 96, 60).beliefTokenIds())
              .read(
                  List.of(prompt),
                  new Progress(
                      new PrintStream(new ByteArrayOutputStream()), progress -> {}, progress -> {}))
              .get(0)
              .restricted();

      assertThat(prompt).isEqualTo(expectedPrompt);
      BeliefDistribution expected = directly(model, expectedPrompt, digits);
      for (int b = 0; b < 6; b++) {
        assertThat(read.probability(b)).isCloseTo(expected.probability(b), within(1e-6));
      }
    }
  }

  private static long last(long[] ids) {
    return ids[ids.length - 1];
  }

  private static BeliefDistribution directly(
      CausalLanguageModel model, long[] prompt, long[] digits) {
    long[] rows = LongStream.of(digits).map(d -> prompt.length - 1L).toArray();
    try (NDManager step = model.parameters().manager().newSubManager()) {
      float[] logProbs =
          model
              .forward(step, TokenBatch.ofSequences(List.of(prompt)))
              .selectedLogProbs(rows, digits)
              .toFloatArray();
      return BeliefDistribution.proportionalTo(
          IntStream.range(0, 6).mapToDouble(b -> Math.exp(logProbs[b])).toArray());
    }
  }
}
