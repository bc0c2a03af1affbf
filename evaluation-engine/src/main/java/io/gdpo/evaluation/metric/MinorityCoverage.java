package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.observation.QuestionObservation;
import io.gdpo.evaluation.observation.SampledBeliefs;
import java.util.OptionalDouble;

/**
 * {@code minority_coverage}: the share of beliefs held by anyone in the group (p* > 0) that the
 * model ever voices in a question's samples. 1 is ideal, but few samples miss rare beliefs even of
 * a perfect model: {@link ExpectedCoverage} says how many.
 */
final class MinorityCoverage implements Metric {
  @Override
  public OptionalDouble of(QuestionObservation question) {
    SampledBeliefs sampled = question.sampled();
    return Mean.of(question.target().held().mapToDouble(b -> sampled.count(b) > 0 ? 1 : 0));
  }
}
