package io.gdpo.training.objective;

import io.gdpo.contracts.spec.Loss;
import java.util.Map;

/**
 * Direct preference optimization (Rafailov et al. 2023, arXiv 2305.18290, equation 7), with label
 * smoothing ("conservative" DPO, Mitchell 2023).
 *
 * <p>h = (log pi(y_c|x) - log pi(y_r|x)) - (log ref(y_c|x) - log ref(y_r|x))<br>
 * L = - (1 - eps) log sigma(beta h) - eps log sigma(-beta h)
 *
 * @param beta temperature of the implicit reward
 * @param labelSmoothing eps, the probability that a label is flipped
 * @param ratio how h is formed
 */
public record DpoObjective(double beta, double labelSmoothing, LogRatio ratio)
    implements Objective {
  @Override
  public Loss loss() {
    return Loss.DPO;
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
