package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.OptionalDouble;

/**
 * {@code margin}: the implicit reward margin (Rafailov et al. 2023), pairs in the form of DPO; mean
 * over pairs.
 *
 * <pre>beta ((log pi(y_c) - log ref(y_c)) - (log pi(y_r) - log ref(y_r)))</pre>
 */
record RewardMargin(PairGroup pairs) implements Metric {
  @Override
  public OptionalDouble of(QuestionObservation question) {
    return Mean.of(pairs.margins(question).mapToDouble(margin -> question.beta() * margin.value()));
  }
}
