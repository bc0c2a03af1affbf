package io.gdpo.evaluation.measure;

import java.util.Optional;

/**
 * A preference pair as policy and reference see it.
 *
 * @param majority whether the chosen belief is the group's majority belief
 * @param rejectedUnderBelief the policy's log-probability of the rejected response under the chosen
 *     side's belief
 * @param reference empty for a model that has no reference (SFT)
 */
record PairObservation(
    boolean majority,
    PairLogProbs policy,
    double rejectedUnderBelief,
    Optional<PairLogProbs> reference) {}
