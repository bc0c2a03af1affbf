package io.gdpo.evaluation.observation;

import java.util.Arrays;

/**
 * What a model says at the last prompt position, where the next token is the belief digit: for each
 * class the probability of its token under the softmax over the WHOLE vocabulary.
 */
public final class BeliefReading {
  private final double[] tokenProbabilities;

  /**
   * @param tokenProbabilities p(digit | x), indexed by belief class; sums to at most 1
   */
  public BeliefReading(double... tokenProbabilities) {
    this.tokenProbabilities = tokenProbabilities.clone();
  }

  /**
   * {@code belief_mass}: how much of its probability the model spends on belief tokens at all. The
   * restricted distribution hides what leaks off them, so it is always shown beside JSD.
   */
  public double mass() {
    return Arrays.stream(tokenProbabilities).sum();
  }

  int classes() {
    return tokenProbabilities.length;
  }

  /** p_theta(b | x): restricted to the belief tokens and renormalised. */
  public BeliefDistribution restricted() {
    return BeliefDistribution.proportionalTo(tokenProbabilities);
  }
}
