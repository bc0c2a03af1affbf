package io.gdpo.evaluation.observation;

/**
 * What one model thinks of a preference pair in the form of DPO: log-probabilities in nats, summed
 * over each response's tokens.
 *
 * @param chosen log p(y_c | x), belief segment included
 * @param rejected log p(y_r | x), with the rejected side's own belief
 */
public record PairLogProbs(double chosen, double rejected) {}
