package io.gdpo.platform.event;

import io.gdpo.contracts.topic.TopicRights.Right;

/** The broker does not give what lies in a topic now; reading again later is right. */
public class EventsUnreadableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EventsUnreadableException(String topic, String reason) {
    super("Topic " + topic + " cannot be read now: " + reason);
  }

  EventsUnreadableException(String topic, Throwable cause, BrokerTrouble trouble) {
    super("Topic " + topic + " cannot be read now: " + trouble.words(cause, Right.READ), cause);
  }
}
