package io.gdpo.evaluation.distance;

import io.gdpo.evaluation.observation.BeliefDistribution;
import java.util.OptionalDouble;

/**
 * By how much the model is off in a class of beliefs, on the mean over the classes.
 *
 * <pre>MAE = 1/C sum_b |p*(b) - p(b)|</pre>
 */
public final class ClassError implements Distance {
  @Override
  public OptionalDouble between(BeliefDistribution group, BeliefDistribution model) {
    return OptionalDouble.of(TotalVariation.absolute(group, model) / group.classes());
  }
}
