package io.gdpo.evaluation.metric;

import io.gdpo.data.PreferenceMargin;
import io.gdpo.evaluation.observation.PairObservation;
import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.OptionalDouble;

/**
 * {@code belief_pair_accuracy}: the share of pairs in which the model, without a reference, finds
 * the response that expresses the stated belief likelier than the other; ties apart.
 *
 * <pre>log p(y_c | x, b) > log p(y_r | x, b)</pre>
 */
final class BeliefPairAccuracy implements Metric {
  @Override
  public OptionalDouble of(QuestionObservation question) {
    return Mean.of(question.pairs().stream().mapToDouble(pair -> favoursChosen(pair) ? 1 : 0));
  }

  private static boolean favoursChosen(PairObservation pair) {
    return PreferenceMargin.of(pair.policy().chosen(), pair.rejectedUnderBelief()).favoursChosen();
  }
}
