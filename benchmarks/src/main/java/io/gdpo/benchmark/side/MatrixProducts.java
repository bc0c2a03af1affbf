package io.gdpo.benchmark.side;

import io.gdpo.lm.config.ModelConfig;

/**
 * Counts the operations of a transformer's matrix products (a multiplication and an addition are
 * two); {@code peers/examples.py} counts alike. A block has 12 C^2 weights, attention sees half of
 * a row at the mean.
 *
 * @param width C
 * @param layers blocks
 * @param vocabulary V
 */
record MatrixProducts(long width, long layers, long vocabulary) {
  /** A pass forward and back costs three forward. */
  private static final int THERE_AND_BACK = 3;

  static MatrixProducts of(ModelConfig config) {
    return new MatrixProducts(config.width(), config.layers(), config.vocabSize());
  }

  /**
   * Of a pass forward and back.
   *
   * @param places that are computed
   * @param rowLength of the rows that they are in
   * @param projected places that are projected to the vocabulary
   * @return 10^9 operations
   */
  double training(long places, int rowLength, long projected) {
    double blocks = places * (2.0 * 12 * layers * width * width);
    double attention = places * (2.0 * layers * rowLength * width);
    double head = projected * (2.0 * vocabulary * width);
    return THERE_AND_BACK * (blocks + attention + head) / 1e9;
  }
}
