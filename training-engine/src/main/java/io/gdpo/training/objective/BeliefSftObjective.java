package io.gdpo.training.objective;

import io.gdpo.contracts.spec.CalibrationSupport;
import io.gdpo.contracts.spec.Loss;
import java.util.Map;

/**
 * The belief terms of GDPO alone (Yao et al. 2025): match the group's belief distribution, and
 * write out the belief. What GDPO does beyond this objective is owed to preferences.
 *
 * <p>L = w_c KL(p*(b|x) || pi(b|x)) - w_i 1/|b| sum_t log pi(b_t | x, b_&lt;t)
 *
 * <p>The KL term is the batch's mean in every example's loss, as in the authors' implementation.
 *
 * @param calibrationWeight w_c
 * @param imitationWeight w_i
 * @param calibrationSupport what pi(b|x) is normalised over
 */
public record BeliefSftObjective(
    double calibrationWeight, double imitationWeight, CalibrationSupport calibrationSupport)
    implements Objective {
  @Override
  public Loss loss() {
    return Loss.BELIEF_SFT;
  }

  @Override
  public String formula() {
    return "return self.calibration_weight * calibration.mean() + self.imitation_weight * imitation";
  }

  @Override
  public Map<String, Double> settings() {
    return Map.of("calibration_weight", calibrationWeight, "imitation_weight", imitationWeight);
  }
}
