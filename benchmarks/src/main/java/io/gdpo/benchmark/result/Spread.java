package io.gdpo.benchmark.result;

import java.util.Arrays;
import java.util.Locale;

/**
 * Where repeated measurements lie: half of them between the quartiles. Means are not told, for one
 * disturbance moves them.
 *
 * @param lower first quartile
 * @param upper third quartile
 */
public record Spread(double median, double lower, double upper) {

  /** Of at least one measurement. Quantiles are interpolated linearly, as NumPy's. */
  public static Spread of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("there is no spread of no measurement");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Spread(quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75));
  }

  /**
   * Of the ratios of measurements that were taken one after the other, so that what slows the
   * machine down for a while slows both.
   */
  public static Spread ofRatios(double[] numerators, double[] denominators) {
    if (numerators.length != denominators.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d measurements cannot be paired with %d",
              numerators.length,
              denominators.length));
    }
    double[] ratios = new double[numerators.length];
    Arrays.setAll(ratios, i -> numerators[i] / denominators[i]);
    return of(ratios);
  }

  private static double quantile(double[] sorted, double share) {
    double at = share * (sorted.length - 1);
    int below = (int) Math.floor(at);
    int above = (int) Math.ceil(at);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
