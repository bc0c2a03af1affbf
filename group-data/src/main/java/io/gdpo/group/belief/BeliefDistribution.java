package io.gdpo.group.belief;

import io.gdpo.contracts.data.BeliefClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A group's distribution p* over the six belief classes: the target that GDPO aligns a model with.
 *
 * @param probabilities indexed by belief class; none negative, sum 1 within {@value #TOLERANCE}
 */
public record BeliefDistribution(List<Double> probabilities) {
  public static final double TOLERANCE = 1e-6;

  /**
   * @throws IllegalArgumentException if this is not a distribution over the belief classes; see
   *     {@link #problem}
   */
  public BeliefDistribution {
    probabilities = List.copyOf(probabilities);
    problem(probabilities)
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException(problem);
            });
  }

  /** What keeps these numbers from being a distribution over the belief classes, if anything. */
  public static Optional<String> problem(List<Double> probabilities) {
    if (probabilities.size() != BeliefClass.COUNT) {
      return Optional.of(
          "must hold " + BeliefClass.COUNT + " probabilities, holds " + probabilities.size());
    }
    double sum = 0;
    for (int belief = 0; belief < BeliefClass.COUNT; belief++) {
      double p = probabilities.get(belief);
      if (!Double.isFinite(p) || p < 0) {
        return Optional.of("class " + belief + " must be 0 or more, is " + p);
      }
      sum += p;
    }
    return Math.abs(sum - 1) <= TOLERANCE
        ? Optional.empty()
        : Optional.of("must sum to 1 within " + TOLERANCE + ", sums to " + sum);
  }

  /** The distribution in proportion to weights indexed by belief class. */
  public static BeliefDistribution proportionalTo(double[] weights) {
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    List<Double> probabilities = new ArrayList<>();
    for (double weight : weights) {
      probabilities.add(weight / sum);
    }
    return new BeliefDistribution(probabilities);
  }

  /** The class with the largest probability; the lowest one if several are equal. */
  public int majority() {
    int majority = 0;
    for (int belief = 1; belief < BeliefClass.COUNT; belief++) {
      if (probabilities.get(belief) > probabilities.get(majority)) {
        majority = belief;
      }
    }
    return majority;
  }

  /** The probability of one class. */
  public double of(int belief) {
    return probabilities.get(belief);
  }
}
