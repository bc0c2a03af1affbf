package io.gdpo.platform.work;

import java.time.Duration;

/**
 * How much work of a kind is done, and how hard it is tried.
 *
 * @param maxParallel attempts that this service runs at one time
 * @param maxAttempts attempts that may fail by themselves before the work does
 * @param pause between a failed attempt and the next; doubled from failure to failure
 */
public record WorkLimits(int maxParallel, int maxAttempts, Duration pause) {
  private static final int MOST_DOUBLINGS = 6;

  /** The pause after so many failures. */
  Duration pauseAfter(int failures) {
    return pause.multipliedBy(1L << Math.min(Math.max(failures - 1, 0), MOST_DOUBLINGS));
  }
}
