package io.gdpo.contracts;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * An enum of a few words that people write in files: {@code LAST_PER_PROMPT} is spelled {@code
 * last-per-prompt} there, and wherever it travels.
 */
public interface Choice {
  /** The constant's name. */
  String name();

  /** The word. */
  @JsonValue
  default String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** All words of a choice, for messages. */
  static String labels(Choice... choices) {
    return Arrays.stream(choices).map(Choice::label).collect(Collectors.joining(", "));
  }
}
