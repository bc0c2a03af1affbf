package io.gdpo.training.objective;

import io.gdpo.contracts.spec.Loss;
import java.util.Map;

/**
 * DPO on belief-conditioned pairs (Yao et al. 2025, the preference term of GDPO): both sides begin
 * with the chosen side's belief b, which is masked out, so what is learnt is p(y | x, b).
 *
 * <p>h = (log pi(y_c|x,b) - log pi(y_r|x,b)) - (log ref(y_c|x,b) - log ref(y_r|x,b))<br>
 * L = - (1 - eps) log sigma(beta h) - eps log sigma(-beta h)
 *
 * <p>The formula is DPO's; what differs is which tokens count ({@link Loss#isBeliefConditioned}):
 * those from the belief segment's closing {@code >} on.
 *
 * @param beta temperature of the implicit reward
 * @param labelSmoothing eps, the probability that a label is flipped
 * @param ratio how h is formed
 */
public record BeliefDpoObjective(double beta, double labelSmoothing, LogRatio ratio)
    implements Objective {
  @Override
  public Loss loss() {
    return Loss.BELIEF_DPO;
  }

  @Override
  public String formula() {
    return """
    h = %s
    return (self).dpo(h, self.beta, self.label_smoothing)
    """
        .formatted(ratio.formula());
  }

  @Override
  public Map<String, Double> settings() {
    return Map.of("beta", beta, "label_smoothing", labelSmoothing);
  }
}
