package io.gdpo.training.objective;

import io.gdpo.contracts.spec.CalibrationSupport;
import io.gdpo.contracts.spec.Loss;
import java.util.Map;

/**
 * Group Distributional Preference Optimization (Yao et al., ICLR 2025): belief calibration, belief
 * imitation, and preferences within a belief.
 *
 * <p>L = w_c KL(p*(b|x) || pi(b|x)) - w_i 1/|b| sum_t log pi(b_t | x, b_&lt;t) + w_p
 * L_belief-dpo(y_c, y_r | x, b)
 *
 * <p>The KL term is the batch's mean in every example's loss, as in the authors' implementation.
 *
 * @param preference the belief-conditioned preference term
 * @param calibrationWeight w_c
 * @param imitationWeight w_i
 * @param preferenceWeight w_p
 * @param calibrationSupport what pi(b|x) is normalised over
 */
public record GdpoObjective(
    BeliefDpoObjective preference,
    double calibrationWeight,
    double imitationWeight,
    double preferenceWeight,
    CalibrationSupport calibrationSupport)
    implements Objective {
  @Override
  public Loss loss() {
    return Loss.GDPO;
  }

  @Override
  public double beta() {
    return preference.beta();
  }

  @Override
  public String formula() {
    return """
    h = %s
    preference = (self).dpo(h, self.beta, self.label_smoothing)
    return self.calibration_weight * calibration.mean() + self.imitation_weight * imitation + self.preference_weight * preference
    """
        .formatted(preference.ratio().formula());
  }

  @Override
  public Map<String, Double> settings() {
    return Map.of(
        "beta", preference.beta(),
        "label_smoothing", preference.labelSmoothing(),
        "calibration_weight", calibrationWeight,
        "imitation_weight", imitationWeight,
        "preference_weight", preferenceWeight);
  }
}
