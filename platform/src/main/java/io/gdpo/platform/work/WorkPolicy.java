package io.gdpo.platform.work;

import java.time.Duration;

/**
 * How hard work of a kind is tried.
 *
 * @param mostFailures attempts that may fail by themselves before the work does
 * @param firstPause between a failed attempt and the next; doubled from failure to failure
 */
public record WorkPolicy(int mostFailures, Duration firstPause) {
  private static final int MOST_DOUBLINGS = 6;

  /** The pause after so many failures. */
  Duration pause(int failures) {
    return firstPause.multipliedBy(1L << Math.min(Math.max(failures - 1, 0), MOST_DOUBLINGS));
  }
}
