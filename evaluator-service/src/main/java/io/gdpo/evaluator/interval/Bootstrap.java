package io.gdpo.evaluator.interval;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/**
 * How far a mean over the questions that were asked may lie from the mean over all that could have
 * been: the percentile bootstrap (Efron and Tibshirani 1993, chapter 13), as {@code
 * scipy.stats.bootstrap} with {@code method='percentile'} computes it. Questions are drawn with
 * replacement, as many as there are; the interval holds the middle 95 % of the draws' means.
 *
 * <p>What the questions themselves do not tell, such as another seed of the training, is not in it.
 */
public final class Bootstrap {
  private static final int DRAWS = 2_000;
  private static final double LEVEL = 0.95;

  /** The same in every report, so that a report can be made again. */
  private static final long SEED = 20_250_101;

  private Bootstrap() {}

  /**
   * The interval of the mean.
   *
   * @param values of each question
   * @return empty of fewer than two questions, which tell nothing of others
   */
  public static Optional<Interval> ofMean(double... values) {
    SplittableRandom random = new SplittableRandom(SEED);
    return values.length < 2 ? Optional.empty() : Optional.of(of(values, DRAWS, random::nextInt));
  }

  /**
   * @param next gives the index of the next question that is drawn, below what it is given
   */
  static Interval of(double[] values, int draws, IntUnaryOperator next) {
    double[] means = new double[draws];
    for (int draw = 0; draw < draws; draw++) {
      double sum = 0;
      for (int i = 0; i < values.length; i++) {
        sum += values[next.applyAsInt(values.length)];
      }
      means[draw] = sum / values.length;
    }
    Arrays.sort(means);
    return new Interval(percentile(means, (1 - LEVEL) / 2), percentile(means, (1 + LEVEL) / 2));
  }

  /** Between neighbours by their distance, as NumPy's percentiles are. */
  private static double percentile(double[] sorted, double part) {
    double place = part * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
