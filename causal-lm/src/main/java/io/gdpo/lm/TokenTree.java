package io.gdpo.lm;

import java.util.List;

/**
 * A prompt and the branches that continue it, laid out in one row so that the prompt is computed
 * once: the prompt's tokens, then each branch's.
 *
 * @param prompt may be empty only where there are no branches to predict from it
 * @param branches token sequences that each continue the prompt and do not see one another
 */
public record TokenTree(long[] prompt, List<long[]> branches) {

  public TokenTree {
    branches = List.copyOf(branches);
  }

  /** One plain sequence. */
  public static TokenTree sequence(long[] tokens) {
    return new TokenTree(tokens, List.of());
  }

  /** The number of tokens in the row. */
  public int length() {
    return branchStart(branches.size());
  }

  /** Where in the row branch {@code branch} (from 0) starts. */
  public int branchStart(int branch) {
    int start = prompt.length;
    for (int i = 0; i < branch; i++) {
      start += branches.get(i).length;
    }
    return start;
  }

  /**
   * The place in the row whose next token is token {@code token} of branch {@code branch} (both
   * from 0): the prompt's last place for a branch's first token, the token before it for the
   * others.
   */
  public int predictorOf(int branch, int token) {
    return token == 0 ? prompt.length - 1 : branchStart(branch) + token - 1;
  }
}
