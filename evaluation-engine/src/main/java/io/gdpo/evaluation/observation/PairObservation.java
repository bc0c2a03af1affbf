package io.gdpo.evaluation.observation;

import io.gdpo.data.PreferenceMargin;
import java.util.Optional;

/**
 * A preference pair as policy and reference see it.
 *
 * @param majority whether the chosen belief is the group's majority belief; false of data without
 *     beliefs
 * @param rejectedUnderBelief the policy's log-probability of the rejected response under the chosen
 *     side's belief
 * @param reference empty for a model that has no reference (SFT)
 */
public record PairObservation(
    boolean majority,
    PairLogProbs policy,
    double rejectedUnderBelief,
    Optional<PairLogProbs> reference) {
  /** What the policy favours the chosen side by, more than the reference; empty without one. */
  public Optional<PreferenceMargin> margin() {
    return reference.map(
        of -> new PreferenceMargin(policy.chosen(), policy.rejected(), of.chosen(), of.rejected()));
  }
}
