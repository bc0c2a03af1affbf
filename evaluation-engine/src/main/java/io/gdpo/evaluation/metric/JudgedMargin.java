package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.observation.JudgedObservation;
import java.util.List;
import java.util.OptionalDouble;

/**
 * {@code margin} of responses that are judged by themselves: the mean implicit reward of the good
 * ones less that of the bad ones. Of a pair's two responses it is the pairs' margin.
 */
final class JudgedMargin implements JudgedMetric {
  @Override
  public OptionalDouble of(List<JudgedObservation> responses, double beta) {
    OptionalDouble good = gain(responses, true);
    OptionalDouble bad = gain(responses, false);
    return good.isEmpty() || bad.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(beta * (good.getAsDouble() - bad.getAsDouble()));
  }

  private static OptionalDouble gain(List<JudgedObservation> responses, boolean good) {
    return Mean.of(
        responses.stream()
            .filter(it -> it.good() == good)
            .flatMapToDouble(it -> it.gain().stream()));
  }
}
