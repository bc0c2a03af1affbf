package io.gdpo.lm.batch;

import java.util.List;
import java.util.Locale;

/**
 * A rectangle of tokens with who may see whom, the input of a model's forward pass.
 *
 * <p>The place {@code i} of a row sees the place {@code j} if {@code j <= i < end[j]}, and itself.
 * So a row can hold trees of tokens ({@link TokenTree}), several of them one behind the other, and
 * padding anywhere, and each sequence is computed exactly as if it stood alone.
 *
 * @param rows number of rows B
 * @param length places of a row T
 * @param tokens {@code [B * T]} token ids, row after row
 * @param positions {@code [B * T]} position ids: how many tokens of its sequence are before it
 * @param end {@code [B * T]} the place of its row before which a token is seen by others; 0 for
 *     padding
 */
@SuppressWarnings("ArrayRecordComponent") // read on the hot path, never changed
public record TokenBatch(int rows, int length, long[] tokens, long[] positions, long[] end) {
  static final long PADDING = 0;

  public TokenBatch {
    int places = rows * length;
    if (rows < 1
        || length < 1
        || tokens.length != places
        || positions.length != places
        || end.length != places) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "A batch of %d x %d places needs that many tokens, positions and ends, but has %d, %d, %d",
              rows,
              length,
              tokens.length,
              positions.length,
              end.length));
    }
  }

  /** Trees of different lengths, one a row, padded on the right. */
  public static TokenBatch of(List<TokenTree> trees) {
    return of(trees, PassSizes.OF_CPU);
  }

  /** The same in one of these sizes; rows that are padding alone come last. */
  public static TokenBatch of(List<TokenTree> trees, PassSizes sizes) {
    return ofRows(trees.stream().map(List::of).toList(), sizes);
  }

  /** Rows of trees, one behind the other, padded on the right. */
  public static TokenBatch ofRows(List<List<TokenTree>> rows) {
    return ofRows(rows, PassSizes.OF_CPU);
  }

  /** The same in one of these sizes; rows that are padding alone come last. */
  public static TokenBatch ofRows(List<List<TokenTree>> rows, PassSizes sizes) {
    int length = sizes.length(rows.stream().mapToInt(TokenBatch::length).max().orElse(0));
    int count = sizes.rows(rows.size());
    int places = count * length;
    TokenBatch batch =
        new TokenBatch(count, length, new long[places], new long[places], new long[places]);
    for (int row = 0; row < rows.size(); row++) {
      int atInRow = 0;
      for (TokenTree tree : rows.get(row)) {
        tree.write(batch.tokens, batch.positions, batch.end, row * length + atInRow, atInRow);
        atInRow += tree.length();
      }
    }
    return batch;
  }

  private static int length(List<TokenTree> row) {
    return row.stream().mapToInt(TokenTree::length).sum();
  }

  /** Plain sequences of different lengths, one a row, padded on the right. */
  public static TokenBatch ofSequences(List<long[]> sequences) {
    return ofSequences(sequences, PassSizes.OF_CPU);
  }

  /** The same in one of these sizes; rows that are padding alone come last. */
  public static TokenBatch ofSequences(List<long[]> sequences, PassSizes sizes) {
    return of(sequences.stream().map(sequence -> TokenTree.of(List.of(sequence))).toList(), sizes);
  }

  /** Places that hold a token. */
  public int realTokens() {
    int real = 0;
    for (long seen : end) {
      real += seen == PADDING ? 0 : 1;
    }
    return real;
  }

  /**
   * Whether plain causal attention gives the same: each row is at most one sequence, padded on the
   * right.
   */
  public boolean isPlainlyCausal() {
    for (int row = 0; row < rows; row++) {
      int from = row * length;
      long real = end[from];
      for (int i = 0; i < length; i++) {
        if (end[from + i] != (i < real ? real : PADDING)) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Refuses what a model does not have.
   *
   * @param modelPositions its longest sequence in tokens
   * @param vocabSize rows of its token embedding
   * @throws IllegalArgumentException if a position or a token lies outside them
   */
  public void requireInside(int modelPositions, int vocabSize) {
    for (int i = 0; i < tokens.length; i++) {
      if (positions[i] < 0 || positions[i] >= modelPositions) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "Row %d has a token at position %d, but the model has %d positions; shorten the text",
                i / length,
                positions[i],
                modelPositions));
      }
      if (tokens[i] < 0 || tokens[i] >= vocabSize) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "Row %d holds token %d, but the model's vocabulary has %d (vocab_size); the tokenizer is another model's",
                i / length,
                tokens[i],
                vocabSize));
      }
    }
  }
}
