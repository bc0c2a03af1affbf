package io.gdpo.lm.batch;

import java.util.Locale;

/**
 * A text as tokens, with each token's place in the text, so that a span of characters can be found
 * again among tokens.
 *
 * @param ids token ids
 * @param start for each token, the first UTF-16 index of the text that it covers
 * @param end for each token, one past the last UTF-16 index; tokens that share one character (a
 *     byte-level tokenizer splits an emoji) all cover it whole
 */
public record TokenSequence(long[] ids, int[] start, int[] end) {

  public TokenSequence {
    if (start.length != ids.length || end.length != ids.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "A token sequence needs as many offsets as ids, but has %d ids, %d starts, %d ends",
              ids.length,
              start.length,
              end.length));
    }
  }

  /** The number of tokens. */
  public int length() {
    return ids.length;
  }
}
