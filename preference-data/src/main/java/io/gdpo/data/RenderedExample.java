package io.gdpo.data;

/**
 * A preference example as the text that a language model reads (gdpo-method: "Rendering to text").
 *
 * @param prompt {@code {context}<Q>{prompt}<A>}
 * @param chosen the preferred belief and response, {@code digit<option>response}
 * @param rejected the rejected belief with its response: the form of plain DPO
 * @param rejectedUnderBelief the chosen belief with the rejected response: the form of
 *     belief-conditioned losses
 * @param chosenBelief where the belief stands in {@code chosen}, and likewise in {@code
 *     rejectedUnderBelief}
 */
public record RenderedExample(
    String prompt,
    String chosen,
    String rejected,
    String rejectedUnderBelief,
    BeliefSpan chosenBelief) {}
