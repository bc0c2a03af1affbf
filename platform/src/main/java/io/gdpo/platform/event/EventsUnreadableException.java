package io.gdpo.platform.event;

/** The broker does not give what lies in a topic now; reading again later is right. */
public class EventsUnreadableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EventsUnreadableException(String topic, String reason) {
    super("Topic " + topic + " cannot be read now: " + reason);
  }

  EventsUnreadableException(String topic, Throwable cause) {
    super("Topic " + topic + " cannot be read now: " + cause, cause);
  }
}
