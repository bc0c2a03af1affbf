package io.gdpo.lm.hub;

import java.time.Duration;

/**
 * How often, and after which waits, what failed is tried again.
 *
 * @param retries in a row, without a byte gained
 * @param firstWait doubled from retry to retry
 * @param longestWait of the doubled ones
 * @param longestAskedWait the longest that a server may ask for; a longer one is a failure
 */
record RetryPolicy(
    int retries, Duration firstWait, Duration longestWait, Duration longestAskedWait, Pause pause) {
  static final RetryPolicy PATIENT =
      new RetryPolicy(
          5,
          Duration.ofSeconds(1),
          Duration.ofSeconds(16),
          Duration.ofMinutes(5),
          wait -> Thread.sleep(wait.toMillis()));

  Duration waitBefore(int retry) {
    Duration doubled = firstWait.multipliedBy(1L << Math.min(retry - 1, 20));
    return doubled.compareTo(longestWait) < 0 ? doubled : longestWait;
  }

  /** Lets time pass. */
  @FunctionalInterface
  interface Pause {
    void of(Duration wait) throws InterruptedException;
  }
}
