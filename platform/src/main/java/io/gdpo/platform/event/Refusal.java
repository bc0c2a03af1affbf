package io.gdpo.platform.event;

import com.fasterxml.jackson.databind.JsonNode;

/** Tells who sent a command that it is refused, where that can be known. */
@FunctionalInterface
public interface Refusal {
  /** Nobody is told: the command goes to the dead letter topic. */
  Refusal UNANSWERED = (data, reason) -> false;

  /**
   * Answers, in a transaction of its own; more than once if the command is delivered again.
   *
   * @param data what was sent; well-formed JSON, but nothing else is known of it
   * @param reason why it is refused
   * @return false if nobody can be told, because what the command is about cannot be read
   */
  boolean answer(JsonNode data, String reason);
}
