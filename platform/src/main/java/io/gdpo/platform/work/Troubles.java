package io.gdpo.platform.work;

import io.gdpo.contracts.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * What goes wrong, again and again, with each of the things that a loop brings to their ends: a
 * thing in trouble waits longer from try to try, so that it holds up no other, is logged once for
 * each reason, and is to be given up after {@value #PATIENCE} failures in a row.
 *
 * <p>Only for trouble that is the thing's own: an outage of the database counts for nobody. Safe
 * for several threads.
 */
public final class Troubles {
  /** Failures in a row after which a thing is to be given up. */
  static final int PATIENCE = 5;

  private static final Duration FIRST_WAIT = Duration.ofMillis(500);

  private record Trouble(int times, String reason, Instant nextTry) {}

  private final Logger log;
  private final String kind;
  private final InstantSource clock;
  private final Map<String, Trouble> troubles = new HashMap<>();

  /**
   * @param log takes each reason once, with its trace
   * @param kind what the things are, such as {@code job}
   */
  public Troubles(Logger log, String kind, InstantSource clock) {
    this.log = log;
    this.kind = kind;
    this.clock = clock;
  }

  /** Whether this thing is to be tried now. */
  public synchronized boolean isDue(String thing) {
    Trouble trouble = troubles.get(thing);
    return trouble == null || !clock.instant().isBefore(trouble.nextTry());
  }

  /** It went well. */
  public synchronized void over(String thing) {
    troubles.remove(thing);
  }

  /**
   * It went wrong.
   *
   * @return whether it is to be given up
   */
  public synchronized boolean met(String thing, Throwable failure) {
    String reason = Reason.of(failure);
    Trouble before = troubles.getOrDefault(thing, new Trouble(0, "", Instant.MIN));
    if (!before.reason().equals(reason)) {
      log.errorf(failure, "Trouble with %s %s; it is tried again", kind, thing);
    }
    int times = before.times() + 1;
    Duration wait = FIRST_WAIT.multipliedBy(1L << Math.min(times - 1, 6));
    troubles.put(thing, new Trouble(times, reason, clock.instant().plus(wait)));
    return times >= PATIENCE;
  }
}
