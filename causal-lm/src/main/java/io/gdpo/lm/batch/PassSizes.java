package io.gdpo.lm.batch;

import ai.djl.Device;

/**
 * How large passes through a model are, and which sizes they may have. A GPU wants large ones, for
 * it is idle in small ones; and few different ones, for libtorch plans attention and takes memory
 * anew for each that it has not seen. A CPU is kept busy by small ones and wants no padding.
 *
 * <p>Padding is masked and never counted: no choice changes a number, but for the order in which
 * floating point sums are taken.
 *
 * @param multiple of which lengths of rows, and numbers of places that are asked for, are made
 * @param tokens places of a pass, about; 0 where passes are counted in examples
 */
public record PassSizes(int multiple, int tokens) {
  /** Passes counted in examples, with no padding beyond the longest row's. */
  public static final PassSizes OF_CPU = new PassSizes(1, 0);

  /**
   * Multiples of 64 and about 16,000 tokens: from there on a large GPU gains little
   * (docs/performance.md).
   */
  public static final PassSizes OF_GPU = new PassSizes(64, 16_384);

  /** Numbers of rows that there are between two powers of two; up to twice as many all are. */
  private static final int ROW_COUNTS = 4;

  public PassSizes {
    if (multiple < 1 || tokens < 0) {
      throw new IllegalArgumentException(
          "passes of " + tokens + " tokens in multiples of " + multiple + " are none");
    }
  }

  /** What a kind of device wants. */
  public static PassSizes of(Device device) {
    return device.isGpu() ? OF_GPU : OF_CPU;
  }

  /** The same with passes of about so many tokens. */
  public PassSizes ofTokens(int otherTokens) {
    return new PassSizes(multiple, otherTokens);
  }

  /** Tokens of a pass; as many as are said here where passes are counted otherwise. */
  public int tokensOr(int otherwise) {
    return tokens == 0 ? otherwise : tokens;
  }

  /** A row's length, or a number of places, as it is computed. */
  public int length(int needed) {
    return (needed + multiple - 1) / multiple * multiple;
  }

  /** A number of rows as it is computed. */
  public int rows(int needed) {
    if (multiple == 1 || needed <= 2 * ROW_COUNTS) {
      return needed;
    }
    int step = Integer.highestOneBit(needed - 1) / ROW_COUNTS;
    return (needed + step - 1) / step * step;
  }
}
