package io.gdpo.platform.event;

import io.gdpo.contracts.topic.TopicRights.Right;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * The broker did not take an event in time; sending again later is right, unless {@link
 * #isForTheRecordItself}.
 */
public class EventNotSentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EventNotSentException(String topic, Throwable cause, BrokerTrouble trouble) {
    super(
        "An event for topic "
            + topic
            + " was not taken by the broker: "
            + trouble.words(cause, Right.WRITE),
        cause);
  }

  /** Whether no broker would take this record: it is too large, or not a record at all. */
  boolean isForTheRecordItself() {
    Throwable cause = getCause();
    return cause instanceof RecordTooLargeException
        || cause instanceof RecordBatchTooLargeException
        || cause instanceof InvalidRecordException
        || cause instanceof InvalidTimestampException
        || cause instanceof SerializationException
        || cause instanceof IllegalArgumentException;
  }
}
