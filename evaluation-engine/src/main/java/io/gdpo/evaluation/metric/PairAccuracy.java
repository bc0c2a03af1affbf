package io.gdpo.evaluation.metric;

import io.gdpo.data.PreferenceMargin;
import io.gdpo.evaluation.observation.PairObservation;
import java.util.List;
import java.util.OptionalDouble;

/**
 * {@code pair_accuracy}: the share of pairs in which the model, without a reference, finds the
 * chosen response likelier than the rejected one; ties apart.
 *
 * <pre>log p(y_c | x) > log p(y_r | x)</pre>
 */
final class PairAccuracy implements PairMetric {
  @Override
  public OptionalDouble of(List<PairObservation> pairs, double beta) {
    return Mean.of(
        pairs.stream()
            .map(PairObservation::policy)
            .mapToDouble(
                of -> PreferenceMargin.of(of.chosen(), of.rejected()).favoursChosen() ? 1 : 0));
  }
}
