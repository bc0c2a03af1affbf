package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.distance.JensenShannonDistance;
import io.gdpo.evaluation.observation.BeliefDistribution;
import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * The distances of distributions that know nothing, or little, of the group: what a JSD has to be
 * read against.
 */
final class Yardsticks {
  private static final int NOISE_DRAWS = 200;

  private Yardsticks() {}

  /** How the respondents of the training split answered. */
  static OptionalDouble trainingAnswers(QuestionObservation question) {
    return question
        .trainingAnswers()
        .map(answers -> JensenShannonDistance.of(question.target(), answers))
        .map(OptionalDouble::of)
        .orElse(OptionalDouble.empty());
  }

  /**
   * The target with independent uniform noise within +-{@code width} on every class, cut at 0 and
   * renormalised; mean over 200 seeded draws.
   */
  static Metric noise(double width) {
    return question -> OptionalDouble.of(noised(question.target(), width, question.seed()));
  }

  /** All on the majority. */
  static OptionalDouble majorityOnly(QuestionObservation question) {
    double[] weights = new double[question.target().classes()];
    weights[question.target().majority()] = 1;
    return OptionalDouble.of(distance(question.target(), weights));
  }

  /** Every class alike. */
  static OptionalDouble uniform(QuestionObservation question) {
    double[] weights = new double[question.target().classes()];
    Arrays.fill(weights, 1);
    return OptionalDouble.of(distance(question.target(), weights));
  }

  /** The target with its classes in reversed order. */
  static OptionalDouble reversed(QuestionObservation question) {
    BeliefDistribution target = question.target();
    double[] weights = new double[target.classes()];
    for (int b = 0; b < weights.length; b++) {
      weights[b] = target.probability(weights.length - 1 - b);
    }
    return OptionalDouble.of(distance(target, weights));
  }

  private static double distance(BeliefDistribution target, double[] weights) {
    return JensenShannonDistance.of(target, BeliefDistribution.proportionalTo(weights));
  }

  private static double noised(BeliefDistribution target, double width, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double sum = 0;
    int draws = 0;
    while (draws < NOISE_DRAWS) {
      double[] noised = new double[target.classes()];
      double total = 0;
      for (int b = 0; b < noised.length; b++) {
        noised[b] = Math.max(0, target.probability(b) + (2 * random.nextDouble() - 1) * width);
        total += noised[b];
      }
      if (total > 0) {
        sum += distance(target, noised);
        draws++;
      }
    }
    return sum / NOISE_DRAWS;
  }
}
