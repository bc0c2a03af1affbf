package io.gdpo.lm;

import java.util.Arrays;
import java.util.List;

/**
 * A rectangle of tokens with who may see whom, the input of {@link CausalLanguageModel#hidden}.
 *
 * <p>The place {@code i} of a row sees the place {@code j} if {@code j <= i} and both are in the
 * same branch, or {@code j} is in the prompt and {@code i} is no padding. So a row can hold a
 * prompt and several responses, and each response is computed exactly as if it stood alone after
 * the prompt.
 *
 * @param rows number of rows B
 * @param length places of a row T
 * @param tokens {@code [B * T]} token ids, row after row
 * @param positions {@code [B * T]} position ids; they restart at the prompt's length in each branch
 * @param branch {@code [B * T]} 0 for the prompt, k &gt; 0 for the k-th branch, -1 for padding
 */
public record TokenBatch(int rows, int length, long[] tokens, long[] positions, long[] branch) {
  static final long PADDING = -1;

  public TokenBatch {
    int places = rows * length;
    if (rows < 1
        || length < 1
        || tokens.length != places
        || positions.length != places
        || branch.length != places) {
      throw new IllegalArgumentException(
          "A batch of %d x %d places needs that many tokens, positions and branches, but has %d, %d, %d"
              .formatted(rows, length, tokens.length, positions.length, branch.length));
    }
  }

  /** Trees of different lengths, one a row, padded on the right. */
  public static TokenBatch of(List<TokenTree> trees) {
    int length = trees.stream().mapToInt(TokenTree::length).max().orElse(0);
    int places = trees.size() * length;
    long[] tokens = new long[places];
    long[] positions = new long[places];
    long[] branch = new long[places];
    Arrays.fill(branch, PADDING);
    for (int row = 0; row < trees.size(); row++) {
      TokenTree tree = trees.get(row);
      int at = row * length;
      at = lay(tree.prompt(), 0, 0, tokens, positions, branch, at);
      for (int k = 0; k < tree.branches().size(); k++) {
        at =
            lay(tree.branches().get(k), tree.prompt().length, k + 1, tokens, positions, branch, at);
      }
    }
    return new TokenBatch(trees.size(), length, tokens, positions, branch);
  }

  /** Plain sequences of different lengths, one a row, padded on the right. */
  public static TokenBatch ofSequences(List<long[]> sequences) {
    return of(sequences.stream().map(TokenTree::sequence).toList());
  }

  private static int lay(
      long[] from,
      int position,
      int number,
      long[] tokens,
      long[] positions,
      long[] branch,
      int at) {
    for (int i = 0; i < from.length; i++, at++) {
      tokens[at] = from[i];
      positions[at] = position + i;
      branch[at] = number;
    }
    return at;
  }

  /**
   * Whether plain causal attention gives the same: each row is at most a prompt and one branch,
   * padded on the right.
   */
  boolean isPlainlyCausal() {
    for (int row = 0; row < rows; row++) {
      for (int i = row * length + 1; i < (row + 1) * length; i++) {
        boolean continues = branch[i] == branch[i - 1];
        boolean branchesOff = branch[i - 1] == 0 && branch[i] > 0;
        boolean pads = branch[i] == PADDING;
        if (!continues && !branchesOff && !pads) {
          return false;
        }
      }
    }
    return true;
  }
}
