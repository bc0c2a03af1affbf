package io.gdpo.training.objective;

import io.gdpo.contracts.spec.Loss;
import java.util.Map;

/**
 * Supervised fine-tuning: the mean negative log-probability of the chosen response's tokens.
 *
 * <p>L = - 1/|y_c| sum_t log pi(y_c,t | x, y_c,&lt;t)
 */
public record SftObjective() implements Objective {
  @Override
  public Loss loss() {
    return Loss.SFT;
  }

  @Override
  public String formula() {
    return "return nll";
  }

  @Override
  public Map<String, Double> settings() {
    return Map.of();
  }
}
