package io.gdpo.data;

/**
 * A preference example as token ids, ready for batches ({@link ExampleEncoder} says how). The
 * prompt begins with the tokenizer's BOS if it has one; each response ends with EOS unless it was
 * cut.
 *
 * @param prompt BOS and {@code {context}<Q>{prompt}<A>}
 * @param chosen the preferred belief and its response, {@code digit<option>words}; empty of a
 *     response that is judged bad by itself
 * @param rejected the rejected belief and its response: the form of plain DPO; empty of a response
 *     that is judged good by itself
 * @param rejectedUnderBelief the chosen belief with the rejected response: the form of
 *     belief-conditioned losses; {@code rejected} of data without beliefs
 * @param belief the belief segment, the same indices in {@code chosen} and in {@code
 *     rejectedUnderBelief}
 * @param promptCut whether the prompt's end was cut off
 * @param responseCut whether any response's end was cut off
 */
@SuppressWarnings("ArrayRecordComponent") // a batch builder's hot path; arrays are never changed
public record EncodedExample(
    long[] prompt,
    long[] chosen,
    long[] rejected,
    long[] rejectedUnderBelief,
    BeliefTokens belief,
    boolean promptCut,
    boolean responseCut) {
  /** Whether there is a response that is preferred, or good. */
  public boolean hasChosen() {
    return chosen.length > 0;
  }

  /** Whether there is a response that is not preferred, or bad. */
  public boolean hasRejected() {
    return rejected.length > 0;
  }
}
