package io.gdpo.lm;

/**
 * What a training step computes twice to hold less memory at once. No choice changes a number, but
 * for the order in which floating point sums are taken.
 *
 * @param activations keep only what goes into each block, and compute the block again on the way
 *     back (Chen et al., 2016): one more forward pass, memory for one block instead of all
 * @param vocabularyChunk places whose logits are held at once, each computed again on the way back;
 *     0 for all, computed once
 */
public record Recomputation(boolean activations, int vocabularyChunk) {
  /** Everything is computed once and kept. */
  public static final Recomputation NONE = new Recomputation(false, 0);

  public Recomputation {
    if (vocabularyChunk < 0) {
      throw new IllegalArgumentException(
          "vocabularyChunk must not be negative, is " + vocabularyChunk);
    }
  }
}
