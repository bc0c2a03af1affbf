package io.gdpo.local.supervision;

import java.time.Duration;

/**
 * How long to wait before a service that died is started again: nothing at first, then doubling, so
 * that a service that cannot live does not take the machine.
 */
record Backoff(Duration delay) {
  private static final int LONGEST_SECONDS = 30;

  /**
   * @param rapidDeaths deaths in a row that came soon after a start
   */
  static Backoff after(int rapidDeaths) {
    if (rapidDeaths <= 0) {
      return new Backoff(Duration.ZERO);
    }
    return new Backoff(
        Duration.ofSeconds(Math.min(LONGEST_SECONDS, 1L << Math.min(rapidDeaths - 1, 5))));
  }
}
