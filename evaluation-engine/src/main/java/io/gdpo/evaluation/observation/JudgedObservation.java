package io.gdpo.evaluation.observation;

import java.util.OptionalDouble;

/**
 * A response that is judged by itself, as policy and reference see it.
 *
 * @param good how it was judged
 * @param tokens its tokens, EOS included
 * @param policy log p(y | x) in nats, summed over its tokens
 * @param reference the same of the reference model; empty for a model that has none (SFT)
 */
public record JudgedObservation(boolean good, int tokens, double policy, OptionalDouble reference) {
  /** Log-probability of a token, mean over the response: long and short ones compare. */
  public double ofToken() {
    return policy / tokens;
  }

  /** log pi(y | x) - log ref(y | x): what the policy has gained on the reference, in nats. */
  public OptionalDouble gain() {
    return reference.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(policy - reference.getAsDouble());
  }
}
