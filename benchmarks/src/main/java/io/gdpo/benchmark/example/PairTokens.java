package io.gdpo.benchmark.example;

/**
 * A preference pair as token ids, what both sides of a benchmark read.
 *
 * @param prompt shared by all pairs of one question
 * @param chosen response that begins with its belief: digit, {@code <}, option, {@code >}
 * @param rejected response that begins with its own belief
 * @param rejectedUnderBelief the same response behind the chosen side's belief
 * @param beliefClose index of the belief's closing {@code >} in {@code chosen}
 * @param target p*(b | x), by belief class
 */
@SuppressWarnings("ArrayRecordComponent") // read by a training loop, never changed
public record PairTokens(
    long[] prompt,
    long[] chosen,
    long[] rejected,
    long[] rejectedUnderBelief,
    int beliefClose,
    float[] target) {

  /** Tokens of the pair's two sequences, each with its prompt. */
  public int tokens() {
    return 2 * prompt.length + chosen.length + rejectedUnderBelief.length;
  }
}
