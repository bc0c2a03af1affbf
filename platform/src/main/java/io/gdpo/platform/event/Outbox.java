package io.gdpo.platform.event;

import io.gdpo.contracts.event.Event;

/**
 * What a service says to others becomes true together with its own change of state.
 *
 * <p>Each event is delivered at least once, and events of one key in the order in which they were
 * sent. A transaction that rolls back has said nothing.
 */
public interface Outbox {
  /**
   * Sends an event when the current transaction commits.
   *
   * @throws IllegalStateException if there is no transaction
   * @throws IllegalArgumentException if the event has no key
   * @throws EventTooLargeException if it is larger than a record may be
   */
  void send(Event event);
}
