package io.gdpo.lm.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.lm.TestLoss;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ForwardOptions;
import io.gdpo.lm.model.ForwardPass;
import io.gdpo.lm.script.Autograd;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenTreeTest {
  private static final CausalLanguageModel MODEL =
      CausalLanguageModel.random(ModelConfig.gpt2(61, 24, 20, 2, 4), 7, Device.cpu());
  private static final int PROMPT = 5;

  /** One prompt; the first two begin their responses alike, the last is the second's beginning. */
  private static final List<long[]> SEQUENCES =
      List.of(
          new long[] {5, 17, 3, 44, 8, 11, 12, 60},
          new long[] {5, 17, 3, 44, 8, 11, 9, 2, 2, 60},
          new long[] {5, 17, 3, 44, 8, 30},
          new long[] {5, 17, 3, 44, 8, 11, 9});

  @AfterAll
  static void close() {
    MODEL.close();
  }

  @Test
  void common_beginnings_are_laid_out_once() {
    TokenTree tree = new TokenTree();
    for (long[] sequence : SEQUENCES) {
      int longer = tree.length() + tree.lengthOfNew(sequence);
      tree.add(sequence);
      assertThat(tree.length()).isEqualTo(longer);
    }
    assertThat(tree.length()).isEqualTo(5 + 3 + 4 + 1);
    assertThat(tree.place(0, 5)).isEqualTo(tree.place(1, 5)).isEqualTo(tree.place(3, 5));
    assertThat(tree.place(0, 6)).isNotEqualTo(tree.place(1, 6));
  }

  /** Rows: another tree alone; two trees in one row, one behind the other. */
  @ParameterizedTest
  @CsvSource({"false,0,ASKED", "true,0,ASKED", "false,2,ASKED", "true,2,ASKED", "false,0,ALL"})
  void packed_sequences_equal_separate_ones_however_the_graph_is_kept(
      boolean recomputed, int vocabularyChunk, ForwardOptions.VocabularyRows rows) {
    ForwardOptions options = new ForwardOptions(recomputed, vocabularyChunk, rows);
    TokenTree tree = TokenTree.of(SEQUENCES);
    TokenTree other = TokenTree.of(List.of(new long[] {1, 2, 3, 4}, new long[] {1, 7, 7}));
    TokenTree long20 = TokenTree.of(List.of(new long[20]));
    TokenBatch packed = TokenBatch.ofRows(List.of(List.of(long20), List.of(other, tree)));
    assertThat(packed.isPlainlyCausal()).isFalse();
    for (int number = 0; number < SEQUENCES.size(); number++) {
      long[] sequence = SEQUENCES.get(number);
      int labelled = sequence.length - PROMPT;
      long[] targets = new long[labelled];
      long[] packedRows = new long[labelled];
      long[] aloneRows = new long[labelled];
      for (int i = 0; i < labelled; i++) {
        targets[i] = sequence[PROMPT + i];
        packedRows[i] = packed.length() + other.length() + tree.place(number, PROMPT + i - 1);
        aloneRows[i] = PROMPT + i - 1;
      }
      TokenBatch alone = TokenBatch.ofSequences(List.of(sequence, new long[] {4, 4}));
      assertThat(alone.isPlainlyCausal()).isTrue();
      Outcome inTree = outcome(packed, packedRows, targets, options);
      Outcome byItself = outcome(alone, aloneRows, targets, ForwardOptions.DEFAULT);
      assertThat(inTree.logProbs).containsExactly(byItself.logProbs, within(1e-5f));
      for (int i = 0; i < inTree.gradients.size(); i++) {
        assertThat(inTree.gradients.get(i))
            .as(MODEL.parameters().names().get(i))
            .containsExactly(byItself.gradients.get(i), within(1e-5f));
      }
    }
  }

  private record Outcome(float[] logProbs, List<float[]> gradients) {}

  private static Outcome outcome(
      TokenBatch batch, long[] rows, long[] targets, ForwardOptions options) {
    List<NDArray> weights = MODEL.parameters().tensors();
    MODEL.parameters().requiresGrad(true);
    try (NDManager step = MODEL.parameters().manager().newSubManager();
        Autograd.Scope recording = Autograd.gradMode(true)) {
      ForwardPass pass = MODEL.forward(step, batch, options);
      NDArray logProbs = pass.selectedLogProbs(rows, targets);
      Autograd.backward(TestLoss.negativeMean(logProbs));
      pass.backward();
      List<float[]> gradients =
          Autograd.gradients(step, weights).stream().map(NDArray::toFloatArray).toList();
      Outcome outcome = new Outcome(logProbs.toFloatArray(), gradients);
      Autograd.zeroGradients(weights);
      return outcome;
    }
  }

  @Test
  void a_text_longer_than_the_models_positions_is_refused() {
    try (NDManager step = MODEL.parameters().manager().newSubManager()) {
      TokenBatch batch = TokenBatch.ofSequences(List.of(new long[] {1}, new long[25]));
      assertThatThrownBy(() -> MODEL.forward(step, batch))
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
      assertThatThrownBy(() -> MODEL.forward(step, batch))
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
