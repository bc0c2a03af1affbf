package io.gdpo.platform.event;

import io.gdpo.contracts.event.Topics;
import io.gdpo.contracts.spec.InvalidSpecException;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jboss.logging.Logger;

/**
 * What cannot be handled is kept for a person to look at: a copy of the record, with key, value and
 * headers as they were, in its topic's dead letter topic.
 *
 * <p>Headers added: {@code dead-letter-reason} (what was wrong), {@code dead-letter-exception} (its
 * class), {@code dead-letter-service} (who refused it), {@code dead-letter-topic}, {@code
 * dead-letter-partition} and {@code dead-letter-offset} (where it came from). Where these make a
 * large record too large for Kafka, its value is left out, and {@code dead-letter-value-bytes} says
 * so; it still lies where it came from.
 */
@ApplicationScoped
public class DeadLetters {
  public static final String REASON = "dead-letter-reason";
  public static final String EXCEPTION = "dead-letter-exception";
  public static final String SERVICE = "dead-letter-service";
  public static final String TOPIC = "dead-letter-topic";
  public static final String PARTITION = "dead-letter-partition";
  public static final String OFFSET = "dead-letter-offset";
  public static final String VALUE_BYTES = "dead-letter-value-bytes";

  private static final int REASON_LENGTH = 4000;
  private static final Logger LOG = Logger.getLogger(DeadLetters.class);

  private final EventProducer producer;
  private final EventSettings settings;

  DeadLetters(EventProducer producer, EventSettings settings) {
    this.producer = producer;
    this.settings = settings;
  }

  /**
   * Keeps a record as a dead letter; returns when the broker has it.
   *
   * @throws EventNotSentException if the broker did not take it in time
   */
  public void bury(ConsumerRecord<String, byte[]> record, RuntimeException reason) {
    try {
      producer.send(letter(record, reason, record.value()));
    } catch (EventNotSentException e) {
      if (!(e.getCause() instanceof RecordTooLargeException)) {
        throw e;
      }
      ProducerRecord<String, byte[]> empty = letter(record, reason, null);
      CloudEvents.put(empty.headers(), VALUE_BYTES, Integer.toString(record.serializedValueSize()));
      producer.send(empty);
    }
    LOG.errorf(
        tellsAll(reason) ? null : reason,
        "Record %s/%d/%d went to %s: %s",
        record.topic(),
        record.partition(),
        record.offset(),
        Topics.deadLetters(record.topic()),
        describe(reason));
  }

  private ProducerRecord<String, byte[]> letter(
      ConsumerRecord<String, byte[]> record, RuntimeException reason, byte[] value) {
    ProducerRecord<String, byte[]> letter =
        new ProducerRecord<>(
            Topics.deadLetters(record.topic()), null, record.key(), value, record.headers());
    CloudEvents.put(letter.headers(), REASON, describe(reason));
    CloudEvents.put(letter.headers(), EXCEPTION, reason.getClass().getName());
    CloudEvents.put(letter.headers(), SERVICE, settings.source());
    CloudEvents.put(letter.headers(), TOPIC, record.topic());
    CloudEvents.put(letter.headers(), PARTITION, Integer.toString(record.partition()));
    CloudEvents.put(letter.headers(), OFFSET, Long.toString(record.offset()));
    return letter;
  }

  /** These messages are written for a reader who has no use for our stack trace. */
  private static boolean tellsAll(RuntimeException reason) {
    return reason instanceof PoisonEventException || reason instanceof InvalidSpecException;
  }

  private static String describe(RuntimeException reason) {
    String message =
        reason.getMessage() == null ? reason.getClass().getName() : reason.getMessage();
    return message.length() <= REASON_LENGTH
        ? message
        : message.substring(0, REASON_LENGTH) + "...";
  }
}
