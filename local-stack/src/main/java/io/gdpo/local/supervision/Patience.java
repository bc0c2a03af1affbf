package io.gdpo.local.supervision;

import java.time.Duration;
import java.util.Map;

/**
 * How long a part may live without answering. Patient by default: on a busy machine a service may
 * take its time, and to kill one that works costs more than to wait.
 *
 * @param every between two looks
 * @param limit how long one question waits for its answer
 * @param misses unanswered questions in a row after which the part is killed and started again
 */
public record Patience(Duration every, Duration limit, int misses) {

  public static Patience of(Map<String, String> environment) {
    return new Patience(
        Duration.ofSeconds(ProbeVariable.GDPO_PROBE_EVERY.in(environment)),
        Duration.ofSeconds(ProbeVariable.GDPO_PROBE_LIMIT.in(environment)),
        ProbeVariable.GDPO_PROBE_MISSES.in(environment));
  }
}
