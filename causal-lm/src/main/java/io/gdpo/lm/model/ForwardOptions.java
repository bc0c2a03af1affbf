package io.gdpo.lm.model;

/**
 * What a forward pass and its way back compute more than once, to hold less memory at a time or to
 * measure what not doing so saves. No choice changes a number, but for the order in which floating
 * point sums are taken.
 *
 * @param activationRecomputation keep only what goes into each block, and compute the block again
 *     on the way back (Chen et al., 2016): one more forward pass, memory for one block instead of
 *     all
 * @param vocabularyChunk places whose logits are held at once, each computed again on the way back;
 *     0 for all, computed once; where there is no way back, chunks cost nothing and are made anyway
 * @param vocabularyRows which places are projected to the vocabulary
 */
public record ForwardOptions(
    boolean activationRecomputation, int vocabularyChunk, VocabularyRows vocabularyRows) {
  /** Which places of a batch are projected to the vocabulary. */
  public enum VocabularyRows {
    /** Those that are asked for. */
    ASKED,
    /** Every place of the batch, as most libraries do. */
    ALL
  }

  /** Everything that is needed is computed once and kept. */
  public static final ForwardOptions DEFAULT = new ForwardOptions(false, 0, VocabularyRows.ASKED);

  /** Large enough to keep the processors busy. */
  private static final int CHUNK_WITHOUT_GRAPH = 512;

  public ForwardOptions {
    if (vocabularyChunk < 0) {
      throw new IllegalArgumentException(
          "vocabularyChunk must not be negative, is " + vocabularyChunk);
    }
  }

  /** Places whose logits are held at once; 0 for all. */
  public int chunk(boolean recording) {
    return recording || vocabularyChunk > 0 ? vocabularyChunk : CHUNK_WITHOUT_GRAPH;
  }
}
