package io.gdpo.local.supervision;

import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.util.Map;

/** Environment variables by which {@code gdpo up} is told its {@link Patience}. */
enum ProbeVariable {
  /** Seconds between two questions to a part of the system. */
  GDPO_PROBE_EVERY(5),
  /** Seconds that an answer may take. */
  GDPO_PROBE_LIMIT(10),
  /** Unanswered questions in a row after which a part is killed and started again. */
  GDPO_PROBE_MISSES(6);

  private final int absent;

  ProbeVariable(int absent) {
    this.absent = absent;
  }

  int in(Map<String, String> environment) {
    String value = environment.get(name());
    if (value == null || value.isBlank()) {
      return absent;
    }
    if (!value.strip().matches("[1-9]\\d{0,4}")) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "The environment variable " + name() + " is '" + value + "'",
          "Give a whole number from 1 to 99999, or leave it out for " + absent + ".");
    }
    return Integer.parseInt(value.strip());
  }
}
