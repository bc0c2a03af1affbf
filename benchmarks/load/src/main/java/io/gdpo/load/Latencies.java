package io.gdpo.load;

import java.util.Arrays;
import java.util.Locale;

/**
 * How long calls took, and how many there were in a second.
 *
 * @param sorted seconds of each call, the shortest first
 * @param seconds from the first call's begin to the last one's end
 */
record Latencies(double[] sorted, double seconds) {
  static Latencies of(double[] each, double seconds) {
    double[] sorted = each.clone();
    Arrays.sort(sorted);
    return new Latencies(sorted, seconds);
  }

  /** Of all calls this share took at most so many milliseconds. */
  double millis(double share) {
    return sorted[(int) Math.min(sorted.length - 1L, Math.round(share * sorted.length))] * 1e3;
  }

  double perSecond() {
    return sorted.length / seconds;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d calls, %.0f/s, p50 %.1f ms, p99 %.1f ms, longest %.1f ms",
        sorted.length,
        perSecond(),
        millis(0.5),
        millis(0.99),
        sorted[sorted.length - 1] * 1e3);
  }
}
