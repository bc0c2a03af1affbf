package io.gdpo.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.lm.script.Autograd;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class TokenTreeTest {
  private static final CausalLanguageModel MODEL =
      CausalLanguageModel.random(ModelConfig.gpt2(61, 24, 20, 2, 4), 7, Device.cpu());
  private static final long[] PROMPT = {5, 17, 3, 44, 8};
  private static final List<long[]> BRANCHES =
      List.of(new long[] {11, 12, 60}, new long[] {11, 9, 2, 2, 60}, new long[] {30});

  @AfterAll
  static void close() {
    MODEL.close();
  }

  @Test
  void branches_packed_behind_one_prompt_equal_separate_sequences() {
    TokenTree tree = new TokenTree(PROMPT, BRANCHES);
    TokenTree longer =
        new TokenTree(new long[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, List.of(new long[12]));
    TokenBatch packed = TokenBatch.of(List.of(longer, tree));
    for (int branch = 0; branch < BRANCHES.size(); branch++) {
      long[] targets = BRANCHES.get(branch);
      long[] packedRows = new long[targets.length];
      long[] aloneRows = new long[targets.length];
      for (int i = 0; i < targets.length; i++) {
        packedRows[i] = packed.length() + tree.predictorOf(branch, i);
        aloneRows[i] = PROMPT.length - 1 + i;
      }
      TokenBatch alone = TokenBatch.of(List.of(new TokenTree(PROMPT, List.of(targets))));
      assertThat(alone.isPlainlyCausal()).isTrue();
      assertThat(packed.isPlainlyCausal()).isFalse();
      Outcome inTree = outcome(packed, packedRows, targets);
      Outcome byItself = outcome(alone, aloneRows, targets);
      assertThat(inTree.logProbs).containsExactly(byItself.logProbs, within(1e-5f));
      assertThat(inTree.gradient).containsExactly(byItself.gradient, within(1e-5f));
    }
  }

  private record Outcome(float[] logProbs, float[] gradient) {}

  private static Outcome outcome(TokenBatch batch, long[] rows, long[] targets) {
    List<NDArray> weights = MODEL.parameters().tensors();
    MODEL.parameters().requiresGrad(true);
    try (NDManager step = MODEL.parameters().manager().newSubManager();
        Autograd.Scope recording = Autograd.gradMode(true)) {
      NDArray hidden = MODEL.hidden(step, batch);
      NDArray logProbs = MODEL.selectedLogProbs(hidden, rows, targets);
      Autograd.backward(TestLoss.negativeMean(logProbs));
      NDArray gradient =
          Autograd.gradients(
                  step, List.of(MODEL.parameters().get("transformer.h.0.attn.c_attn.weight")))
              .get(0);
      Outcome outcome = new Outcome(logProbs.toFloatArray(), gradient.toFloatArray());
      Autograd.zeroGradients(weights);
      return outcome;
    }
  }

  @Test
  void a_text_longer_than_the_models_positions_is_refused() {
    try (NDManager step = MODEL.parameters().manager().newSubManager()) {
      TokenBatch batch = TokenBatch.ofSequences(List.of(new long[] {1}, new long[25]));
      assertThatThrownBy(() -> MODEL.hidden(step, batch))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Row 1")
          .hasMessageContaining("position 24")
          .hasMessageContaining("24 positions");
    }
  }

  @Test
  void a_token_outside_the_vocabulary_is_refused() {
    try (NDManager step = MODEL.parameters().manager().newSubManager()) {
      TokenBatch batch = TokenBatch.ofSequences(List.of(new long[] {1, 61}));
      assertThatThrownBy(() -> MODEL.hidden(step, batch))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("token 61");
    }
  }

  @Test
  void a_batch_whose_arrays_do_not_fit_its_rectangle_is_refused() {
    assertThatThrownBy(() -> new TokenBatch(2, 3, new long[6], new long[5], new long[6]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 x 3");
  }
}
