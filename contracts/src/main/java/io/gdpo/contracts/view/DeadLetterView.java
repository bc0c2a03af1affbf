package io.gdpo.contracts.view;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * A record that a service could not handle, as REST tells it.
 *
 * @param topic where it was sent to, and is sent again; the letter lies in its dead letter topic
 * @param partition of the letter in the dead letter topic
 * @param offset of the letter in the dead letter topic
 * @param time when it was put aside
 * @param service who refused it
 * @param eventId the CloudEvent's id; absent where it has none
 * @param eventType the CloudEvent's type; absent where it has none
 * @param key of the record; absent where it has none
 * @param reason what was wrong
 * @param exception the class of what was thrown
 * @param fromPartition where the record itself lies in {@code topic}
 * @param fromOffset where the record itself lies in {@code topic}
 * @param payload the value as text, in lists only its beginning; absent where the letter has none
 * @param payloadBytes size of the record's value
 * @param resentAt when it was last sent again; absent if it never was
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeadLetterView(
    String topic,
    int partition,
    long offset,
    Instant time,
    String service,
    String eventId,
    String eventType,
    String key,
    String reason,
    String exception,
    int fromPartition,
    long fromOffset,
    String payload,
    long payloadBytes,
    Instant resentAt) {

  /** What it is called at the command line: {@code topic/partition/offset}. */
  @JsonIgnore
  public String place() {
    return topic + "/" + partition + "/" + offset;
  }
}
