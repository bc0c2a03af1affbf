package io.gdpo.evaluator.evaluate;

/**
 * What one model thinks of a preference pair: log-probabilities in nats, summed over each
 * response's tokens.
 *
 * @param chosen log p(y_c | x), belief segment included
 * @param rejected log p(y_r | x) in the form of DPO: with the rejected side's own belief
 * @param rejectedUnderBelief the rejected response under the chosen side's belief
 */
record PairLogProbs(double chosen, double rejected, double rejectedUnderBelief) {}
