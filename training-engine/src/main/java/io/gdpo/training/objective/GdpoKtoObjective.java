package io.gdpo.training.objective;

import io.gdpo.contracts.spec.CalibrationSupport;
import io.gdpo.contracts.spec.Loss;
import java.util.HashMap;
import java.util.Map;

/**
 * GDPO with KTO as its preference term (Yao et al., ICLR 2025, the reference implementation's
 * {@code kto}): belief calibration, belief imitation, and good and bad responses within a belief.
 *
 * <p>L = w_c KL(p*(b|x) || pi(b|x)) - w_i 1/|b| sum_t log pi(b_t | x, b_&lt;t) + w_p L_kto(y_c, y_r
 * | x, b)
 *
 * <p>The calibration term is the batch's mean in every example's loss, as in {@link GdpoObjective}.
 * The KL of L_kto is another: that of the policy to the reference model.
 *
 * @param preference the preference term, on belief-conditioned pairs
 * @param calibrationWeight w_c
 * @param imitationWeight w_i
 * @param preferenceWeight w_p
 * @param calibrationSupport what pi(b|x) is normalised over
 */
public record GdpoKtoObjective(
    KtoObjective preference,
    double calibrationWeight,
    double imitationWeight,
    double preferenceWeight,
    CalibrationSupport calibrationSupport)
    implements Objective {
  @Override
  public Loss loss() {
    return Loss.GDPO_KTO;
  }

  @Override
  public double beta() {
    return preference.beta();
  }

  @Override
  public String formula() {
    return """
    preference = %s
    return self.calibration_weight * calibration.mean() + self.imitation_weight * imitation + self.preference_weight * preference
    """
        .formatted(KtoObjective.LOSS);
  }

  @Override
  public Map<String, Double> settings() {
    Map<String, Double> settings = new HashMap<>(preference.settings());
    settings.put("calibration_weight", calibrationWeight);
    settings.put("imitation_weight", imitationWeight);
    settings.put("preference_weight", preferenceWeight);
    return settings;
  }
}
