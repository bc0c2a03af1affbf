package io.gdpo.data;

/**
 * A preference example as token ids, ready for batches. Prompt and responses are tokenised apart,
 * without special tokens; each response ends with EOS unless it was cut.
 *
 * @param prompt ids of {@link RenderedExample#prompt}
 * @param chosen ids of {@link RenderedExample#chosen}
 * @param rejected ids of {@link RenderedExample#rejected}
 * @param rejectedUnderBelief ids of {@link RenderedExample#rejectedUnderBelief}
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
    boolean responseCut) {}
