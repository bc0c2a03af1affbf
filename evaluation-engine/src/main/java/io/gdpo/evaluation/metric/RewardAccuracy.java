package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.OptionalDouble;

/** {@code accuracy}: the share of pairs with a positive implicit reward margin, ties apart. */
record RewardAccuracy(PairGroup pairs) implements Metric {
  @Override
  public OptionalDouble of(QuestionObservation question) {
    return Mean.of(pairs.margins(question).mapToDouble(m -> m.favoursChosen() ? 1 : 0));
  }
}
