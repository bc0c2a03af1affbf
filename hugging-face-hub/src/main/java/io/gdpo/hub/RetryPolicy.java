package io.gdpo.hub;

import java.time.Duration;

/**
 * How often, and after which waits, what failed is tried again.
 *
 * @param retries in a row, none of which came further than the best before it
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
          RetryPolicy::sleep);

  /** One try, for who has no time to wait. */
  static final RetryPolicy ONCE =
      new RetryPolicy(0, Duration.ZERO, Duration.ZERO, Duration.ZERO, RetryPolicy::sleep);

  private static final Duration BETWEEN_QUESTIONS = Duration.ofSeconds(1);

  Duration waitBefore(int retry) {
    Duration doubled = firstWait.multipliedBy(1L << Math.min(retry - 1, 20));
    return doubled.compareTo(longestWait) < 0 ? doubled : longestWait;
  }

  private static void sleep(Duration wait, Runnable meanwhile) throws InterruptedException {
    long left = wait.toMillis();
    do {
      meanwhile.run();
      long slice = Math.min(left, BETWEEN_QUESTIONS.toMillis());
      Thread.sleep(slice);
      left -= slice;
    } while (left > 0);
  }

  /** Lets time pass. */
  @FunctionalInterface
  interface Pause {
    /**
     * @param meanwhile run at the beginning and every second; what it throws ends the wait
     */
    void of(Duration wait, Runnable meanwhile) throws InterruptedException;
  }
}
