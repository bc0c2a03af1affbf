package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.observation.PairObservation;
import java.util.List;
import java.util.OptionalDouble;

/**
 * {@code margin}: the implicit reward margin (Rafailov et al. 2023), pairs in the form of DPO; mean
 * over pairs.
 *
 * <pre>beta ((log pi(y_c) - log ref(y_c)) - (log pi(y_r) - log ref(y_r)))</pre>
 */
record RewardMargin(PairGroup pairs) implements PairMetric {
  @Override
  public OptionalDouble of(List<PairObservation> of, double beta) {
    return Mean.of(this.pairs.margins(of).mapToDouble(margin -> beta * margin.value()));
  }
}
