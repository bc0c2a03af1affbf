package io.gdpo.training.objective;

import ai.djl.ndarray.NDArray;
import io.gdpo.lm.script.Arg;

/**
 * What an objective reads of one micro-batch: B examples with N labelled tokens, C belief classes,
 * V vocabulary entries. Sequence {@code i < B} is the chosen response of example i, {@code B + i}
 * its rejected response. The caller owns the tensors.
 *
 * @param logProbs [N] float32, log pi of each labelled token; the graph hangs on it
 * @param beliefLogits [B, V] logits at the prompt's last position; the graph hangs on it too
 * @param sequence [N] int64, the sequence that a token belongs to
 * @param inResponse [N] float32, 1 for tokens that count for log pi(y | x)
 * @param inBelief [N] float32, 1 for tokens of the chosen side's belief segment
 * @param beliefTokens [C] int64, token id of each belief digit
 * @param target [B, C] float32, p*(b | x)
 * @param share [B] float32, share of people who prefer y_c; NaN where nobody was counted
 * @param reference [2 B] float64, log ref(y | x) of every sequence; [0] where no rejected response
 *     is read
 * @param kl [] float32, KTO's reference point: an estimate of KL(pi || ref) over the whole
 *     optimizer step; 0 for losses without. On the host
 * @param examples [] float32, examples of the whole optimizer step that gradients are the mean of.
 *     On the host
 */
public record ObjectiveInput(
    NDArray logProbs,
    NDArray beliefLogits,
    NDArray sequence,
    NDArray inResponse,
    NDArray inBelief,
    NDArray beliefTokens,
    NDArray target,
    NDArray share,
    NDArray reference,
    NDArray kl,
    NDArray examples) {

  Arg[] args() {
    return new Arg[] {
      Arg.of(logProbs),
      Arg.of(beliefLogits),
      Arg.of(sequence),
      Arg.of(inResponse),
      Arg.of(inBelief),
      Arg.of(beliefTokens),
      Arg.of(target),
      Arg.of(share),
      Arg.of(reference),
      Arg.of(kl),
      Arg.of(examples)
    };
  }
}
