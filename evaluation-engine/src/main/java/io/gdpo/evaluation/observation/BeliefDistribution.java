package io.gdpo.evaluation.observation;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A probability distribution over belief classes, indexed by class: a group's p*, a model's
 * p_theta, or a histogram of samples. Never negative, sums to 1.
 */
public final class BeliefDistribution {
  private static final double SUM_TOLERANCE = 1e-6;

  private final double[] probabilities;

  private BeliefDistribution(double[] probabilities) {
    this.probabilities = probabilities;
  }

  /**
   * A distribution as data gives it; must sum to 1 within 1e-6, the rest is normalised away.
   *
   * @throws IllegalArgumentException if an entry is negative or not a number, or the sum is not 1
   */
  public static BeliefDistribution of(List<Double> probabilities) {
    double[] values = probabilities.stream().mapToDouble(Double::doubleValue).toArray();
    double sum = Arrays.stream(values).sum();
    if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
      throw new IllegalArgumentException(
          "belief probabilities must sum to 1, sum to " + sum + ": " + probabilities);
    }
    return proportionalTo(values);
  }

  /**
   * The distribution proportional to {@code weights}.
   *
   * @throws IllegalArgumentException if a weight is negative or not finite, or all are 0
   */
  public static BeliefDistribution proportionalTo(double... weights) {
    double sum = 0;
    for (double weight : weights) {
      if (!(weight >= 0) || Double.isInfinite(weight)) {
        throw new IllegalArgumentException(
            "belief weights must be finite and not negative: " + Arrays.toString(weights));
      }
      sum += weight;
    }
    if (sum == 0) {
      throw new IllegalArgumentException("belief weights must not all be 0");
    }
    double total = sum;
    return new BeliefDistribution(Arrays.stream(weights).map(w -> w / total).toArray());
  }

  /** The histogram of samples, as shares. */
  public static BeliefDistribution histogram(int... counts) {
    return proportionalTo(Arrays.stream(counts).asDoubleStream().toArray());
  }

  public int classes() {
    return probabilities.length;
  }

  public double probability(int beliefClass) {
    return probabilities[beliefClass];
  }

  /** The classes that anyone holds, in their order. */
  public IntStream held() {
    return IntStream.range(0, probabilities.length).filter(b -> probabilities[b] > 0);
  }

  /** The class most people hold; the lowest of them on a tie. */
  public int majority() {
    int best = 0;
    for (int b = 1; b < probabilities.length; b++) {
      if (probabilities[b] > probabilities[best]) {
        best = b;
      }
    }
    return best;
  }

  /** By class, for output. */
  public List<Double> asList() {
    return Arrays.stream(probabilities).boxed().toList();
  }

  @Override
  public String toString() {
    return Arrays.toString(probabilities);
  }
}
