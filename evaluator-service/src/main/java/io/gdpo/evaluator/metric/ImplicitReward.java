package io.gdpo.evaluator.metric;

/**
 * The implicit reward margin of a preference pair (Rafailov et al. 2023, equation 5): how much more
 * the policy has moved towards the chosen response than towards the rejected one.
 *
 * <pre>margin = beta ((log pi(y_c) - log ref(y_c)) - (log pi(y_r) - log ref(y_r)))</pre>
 */
public final class ImplicitReward {
  private ImplicitReward() {}

  /** The margin, in nats times beta, from log-probabilities summed over each response's tokens. */
  public static double margin(
      double beta,
      double policyChosen,
      double policyRejected,
      double referenceChosen,
      double referenceRejected) {
    return beta * ((policyChosen - referenceChosen) - (policyRejected - referenceRejected));
  }
}
