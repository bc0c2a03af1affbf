package io.gdpo.platform.event;

import java.util.Locale;

/** An event has more data than a Kafka record can carry. */
public class EventTooLargeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  EventTooLargeException(String type, int bytes) {
    super(
        String.format(
            Locale.ROOT,
            "A %s of %d bytes is too large for Kafka (limit %d); store the bulk as an artifact and send its URI",
            type,
            bytes,
            CloudEvents.LARGEST_DATA));
  }
}
