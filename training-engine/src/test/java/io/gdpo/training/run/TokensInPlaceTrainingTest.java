package io.gdpo.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.spec.Bos;
import io.gdpo.contracts.spec.Levers;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.spec.ModelSpec.RandomInit;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.BeliefTokens;
import io.gdpo.data.EncodedExample;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.batch.BatchPacker;
import io.gdpo.training.batch.PackedBatch;
import io.gdpo.training.batch.TrainingExample;
import io.gdpo.training.objective.ObjectiveOutcome;
import io.gdpo.training.objective.ObjectiveOutcome.Column;
import io.gdpo.training.step.ObjectivePass;
import io.gdpo.training.step.Reference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Training with tokenizers of other kinds than the demo's. */
@DisplayName("With a tokenizer of any kind")
class TokensInPlaceTrainingTest {
  private static final Path KINDS =
      Path.of("../preference-data/src/test/resources/io/gdpo/data/tokenizers");

  @TempDir private Path temporary;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "byte-level         | yes    | \"No\"",
        "byte-level         | <b>yes | no",
        "byte-level-letters | Yes    | \"No\"",
        "byte-level-letters | <b>yes | Do so",
        "bos-template       | Yes    | \"No\"",
        "prefix-space       | yes    | \"No\"",
        "dummy-blank        | yes    | Do so",
        "metaspace          | <b>yes | Do so"
      })
  void log_probabilities_of_a_belief_conditioned_pair_begin_at_the_close_of_both_sides(
      String kind, String said, String other) throws IOException {
    TrainingSpec spec = Json.SPECS.convertValue(Map.of("loss", "belief-dpo"), TrainingSpec.class);
    try (Tokenizer tokenizer = Tokenizer.load(KINDS.resolve(kind));
        CausalLanguageModel model =
            CausalLanguageModel.random(
                ModelConfig.gpt2(tokenizer.vocabularySize(), 96, 16, 2, 2), 3, Device.cpu())) {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, 96, 64);
      EncodedExample tokens = encoder.encode(pair(said, other));
      PackedBatch batch =
          new BatchPacker(Loss.BELIEF_DPO, true, Levers.ALL, 16)
              .pack(List.of(new TrainingExample(0, tokens, new float[6], 0.5f, true)), 1)
              .get(0);
      try (ObjectivePass pass = new ObjectivePass(model, encoder.beliefTokenIds(), spec)) {
        ObjectiveOutcome outcome = pass.evaluate(batch, Reference.without(Loss.BELIEF_DPO), 0);

        BeliefTokens belief = tokens.belief();
        assertThat(tokens.rejectedUnderBelief())
            .startsWith(Arrays.copyOf(tokens.chosen(), belief.words()));
        assertThat(outcome.value(0, Column.CHOSEN))
            .isCloseTo(sum(model, tokens.prompt(), tokens.chosen(), belief.close()), within(1e-4));
        assertThat(outcome.value(0, Column.REJECTED))
            .isCloseTo(
                sum(model, tokens.prompt(), tokens.rejectedUnderBelief(), belief.close()),
                within(1e-4));
        assertThat(pass.logProbs(batch))
            .containsExactly(outcome.value(0, Column.CHOSEN), outcome.value(0, Column.REJECTED));
      }
    }
  }

  /** log p of a response's tokens from one on, by a pass of its own. */
  private static double sum(CausalLanguageModel model, long[] prompt, long[] response, int from) {
    long[] all = LongStream.concat(LongStream.of(prompt), LongStream.of(response)).toArray();
    long[] rows = LongStream.range(prompt.length + from - 1L, all.length - 1L).toArray();
    long[] targets = Arrays.copyOfRange(response, from, response.length);
    try (NDManager step = model.parameters().manager().newSubManager()) {
      double sum = 0;
      for (float logProb :
          model
              .forward(step, TokenBatch.ofSequences(List.of(all)))
              .selectedLogProbs(rows, targets)
              .toFloatArray()) {
        sum += logProb;
      }
      return sum;
    }
  }

  private static PreferenceExample pair(String said, String other) {
    return PreferenceExample.ofOpinion(
        "q",
        "s",
        "What of it?",
        "",
        List.of("Agree", "Disagree (a bit)"),
        2,
        "Disagree (a bit)",
        said,
        4,
        "Agree",
        other,
        List.of(0.0, 0.0, 0.4, 0.0, 0.6, 0.0),
        true);
  }

  @Test
  void a_job_says_what_BOS_its_prompts_begin_with_and_its_children_begin_alike()
      throws IOException {
    SmallGroup group = SmallGroup.in(temporary);
    TrainingJob first = group.job("first", Map.of("loss", "sft", "epochs", 1), model(null));

    assertThat(WholeRun.console(group, first)).contains("each prompt begins with <s> (id 1)");
    Path saved = group.folder(first).last();
    assertThat(bos(saved)).containsExactly(1);
    assertThat(
            WholeRun.console(
                group, group.child("child", saved, Map.of("loss", "gdpo", "epochs", 1))))
        .contains("each prompt begins with <s> (id 1)");
  }

  @Test
  void a_BOS_that_is_refused_is_in_nothing_that_is_saved_and_in_no_child() throws IOException {
    SmallGroup group = SmallGroup.in(temporary);
    TrainingJob first = group.job("first", Map.of("loss", "sft", "epochs", 1), model(Bos.NEVER));

    assertThat(WholeRun.console(group, first))
        .contains("no prompt begins with a BOS token (model.bos: never)")
        .doesNotContain("begins with <s>");
    Path saved = group.folder(first).last();
    assertThat(bos(saved)).isEmpty();
    JsonNode settings = Json.SPECS.readTree(saved.resolve("tokenizer_config.json").toFile());
    assertThat(settings.get("add_bos_token").asBoolean()).isFalse();
    assertThat(settings.get("eos_token").asText()).isEqualTo("</s>");
    TrainingJob child = group.child("child", saved, Map.of("loss", "gdpo", "epochs", 1));
    assertThat(WholeRun.console(group, child)).doesNotContain("begins with <s>");
    assertThat(bos(group.folder(child).last())).isEmpty();
  }

  private static ModelSpec model(Bos bos) {
    String tokenizer = KINDS.resolve("dummy-blank").resolve("tokenizer.json").toString();
    return new ModelSpec(null, null, new RandomInit(tokenizer, 1, 16, 2, 96, 7L), bos, null);
  }

  private static long[] bos(Path folder) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      return tokenizer.bos();
    }
  }
}
