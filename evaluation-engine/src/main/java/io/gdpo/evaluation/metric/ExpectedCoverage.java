package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.observation.BeliefDistribution;
import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.OptionalDouble;

/**
 * {@code minority_coverage_expected}: the coverage that as many samples from p* itself have on
 * average.
 *
 * <pre>mean over b with p*(b) > 0 of  1 - (1 - p*(b))^n</pre>
 */
final class ExpectedCoverage implements Metric {
  @Override
  public OptionalDouble of(QuestionObservation question) {
    BeliefDistribution target = question.target();
    int samples = question.sampled().total();
    return Mean.of(
        target.held().mapToDouble(b -> 1 - Math.pow(1 - target.probability(b), samples)));
  }
}
