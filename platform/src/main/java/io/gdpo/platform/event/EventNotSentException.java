package io.gdpo.platform.event;

/** The broker did not take an event in time; sending again later is right. */
public class EventNotSentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EventNotSentException(String topic, Throwable cause) {
    super("An event for topic " + topic + " was not taken by the broker: " + cause, cause);
  }
}
