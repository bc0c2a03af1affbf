package io.gdpo.training.objective;

import io.gdpo.contracts.spec.Loss;
import java.util.Map;

/**
 * Kahneman-Tversky optimization (Ethayarajh et al. 2024, arXiv 2402.01306, equations 7 and 8): each
 * response is desirable or undesirable by itself, a gain or a loss against the reference point KL.
 *
 * <p>r = log pi(y|x) - log ref(y|x)<br>
 * desirable: w_d (1 - sigma(beta (r - KL))), undesirable: w_u (1 - sigma(beta (KL - r)))<br>
 * L = the mean of a pair's two responses, the chosen one desirable, the rejected one undesirable
 *
 * <p>KL = max(0, mean of r over mismatched responses) is the same for all examples of an optimizer
 * step, and no gradient goes through it.
 *
 * @param beta how fast the value of a gain or a loss saturates
 * @param desirableWeight w_d
 * @param undesirableWeight w_u
 */
public record KtoObjective(double beta, double desirableWeight, double undesirableWeight)
    implements Objective {
  /** TorchScript over the parameters that {@link Objective#formula} names. */
  static final String LOSS =
      "(self).kto(chosen - reference_chosen, rejected - reference_rejected, kl, self.beta,"
          + " self.desirable_weight, self.undesirable_weight)";

  @Override
  public Loss loss() {
    return Loss.KTO;
  }

  @Override
  public String formula() {
    return "return " + LOSS;
  }

  @Override
  public Map<String, Double> settings() {
    return Map.of(
        "beta", beta,
        "desirable_weight", desirableWeight,
        "undesirable_weight", undesirableWeight);
  }
}
