package io.gdpo.training.objective;

import io.gdpo.contracts.spec.Loss;
import java.util.Map;

/**
 * Identity preference optimization (Azar et al. 2023, arXiv 2310.12036, equation 17): regression of
 * h to 1 / (2 beta), so that deterministic preferences do not drive it without bound.
 *
 * <p>L = (h - 1 / (2 beta))^2, with h as in {@link DpoObjective}
 *
 * @param beta strength of the pull to the reference
 * @param ratio how h is formed
 */
public record IpoObjective(double beta, LogRatio ratio) implements Objective {
  @Override
  public Loss loss() {
    return Loss.IPO;
  }

  @Override
  public String formula() {
    return """
    h = %s
    return torch.pow(h - 1.0 / (2.0 * self.beta), 2)
    """
        .formatted(ratio.formula());
  }

  @Override
  public Map<String, Double> settings() {
    return Map.of("beta", beta);
  }
}
