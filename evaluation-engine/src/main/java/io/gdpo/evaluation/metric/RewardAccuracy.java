package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.observation.PairObservation;
import java.util.List;
import java.util.OptionalDouble;

/** {@code accuracy}: the share of pairs with a positive implicit reward margin, ties apart. */
record RewardAccuracy(PairGroup pairs) implements PairMetric {
  @Override
  public OptionalDouble of(List<PairObservation> of, double beta) {
    return Mean.of(this.pairs.margins(of).mapToDouble(m -> m.favoursChosen() ? 1 : 0));
  }
}
