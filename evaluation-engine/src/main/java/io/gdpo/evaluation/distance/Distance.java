package io.gdpo.evaluation.distance;

import io.gdpo.evaluation.observation.BeliefDistribution;
import java.util.OptionalDouble;

/** How far one distribution of beliefs lies from another; 0 for equal ones. */
@FunctionalInterface
public interface Distance {
  /**
   * @param group p*
   * @param model p, over as many classes
   * @return empty where the two cannot be compared so
   */
  OptionalDouble between(BeliefDistribution group, BeliefDistribution model);
}
