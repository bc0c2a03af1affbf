package io.gdpo.evaluation.metric;

import io.gdpo.data.PreferenceMargin;
import io.gdpo.evaluation.observation.PairObservation;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The pairs that a metric is about. */
enum PairGroup {
  ALL(pair -> true),
  /** Whose chosen belief is the group's majority belief. */
  MAJORITY(PairObservation::majority),
  /** Whose chosen belief is another. */
  MINORITY(pair -> !pair.majority());

  private final Predicate<PairObservation> has;

  PairGroup(Predicate<PairObservation> has) {
    this.has = has;
  }

  /** The margins of its pairs, in nats; none for a model without a reference. */
  Stream<PreferenceMargin> margins(List<PairObservation> pairs) {
    return pairs.stream().filter(has).map(PairObservation::margin).flatMap(Optional::stream);
  }
}
