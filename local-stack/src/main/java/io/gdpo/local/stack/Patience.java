package io.gdpo.local.stack;

import io.gdpo.local.CommandFailure;
import io.gdpo.local.ExitCode;
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
record Patience(Duration every, Duration limit, int misses) {

  static Patience of(Map<String, String> environment) {
    return new Patience(
        Duration.ofSeconds(number(environment, "GDPO_PROBE_EVERY", 5)),
        Duration.ofSeconds(number(environment, "GDPO_PROBE_LIMIT", 10)),
        number(environment, "GDPO_PROBE_MISSES", 6));
  }

  private static int number(Map<String, String> environment, String name, int absent) {
    String value = environment.get(name);
    if (value == null || value.isBlank()) {
      return absent;
    }
    if (!value.strip().matches("[1-9]\\d{0,4}")) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "The environment variable " + name + " is '" + value + "'",
          "Give a whole number from 1 to 99999, or leave it out for " + absent + ".");
    }
    return Integer.parseInt(value.strip());
  }
}
