package io.gdpo.platform.event;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.metric.ServiceMetric;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.platform.metric.Meters;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;

/**
 * What cannot be handled is kept for a person to look at: a copy of the record, with key, value and
 * headers as they were, in its topic's dead letter topic.
 *
 * <p>Headers added: {@code dead-letter-reason} (what was wrong), {@code dead-letter-exception} (its
 * class), {@code dead-letter-service} (who refused it), {@code dead-letter-topic}, {@code
 * dead-letter-partition} and {@code dead-letter-offset} (where it came from). A letter that is too
 * large for Kafka leaves out first the headers that are no event's, then the end of the key, then
 * the value, and says so ({@code dead-letter-headers-bytes}, {@code dead-letter-key-bytes}, {@code
 * dead-letter-value-bytes}); what is left out still lies where it came from. {@link DeadLetterBox}
 * reads letters and sends them again.
 */
@ApplicationScoped
public class DeadLetters {
  public static final String REASON = "dead-letter-reason";
  public static final String EXCEPTION = "dead-letter-exception";
  public static final String SERVICE = "dead-letter-service";
  public static final String TOPIC = "dead-letter-topic";
  public static final String PARTITION = "dead-letter-partition";
  public static final String OFFSET = "dead-letter-offset";

  /** Size of the headers that were left out. */
  public static final String HEADERS_BYTES = "dead-letter-headers-bytes";

  /** Size of a key that was cut. */
  public static final String KEY_BYTES = "dead-letter-key-bytes";

  /** Size of a value that was left out. */
  public static final String VALUE_BYTES = "dead-letter-value-bytes";

  private static final String PREFIX = "dead-letter-";
  private static final int LONGEST_OWN_HEADER = 1000;
  private static final int LONGEST_KEY = 1000;
  private static final Logger LOG = Logger.getLogger(DeadLetters.class);

  /** How much of a record its letter keeps, from all to the least. */
  private enum Kept {
    ALL,
    OWN_HEADERS,
    SHORT_KEY,
    NO_VALUE
  }

  private final EventProducer producer;
  private final EventSettings settings;

  DeadLetters(EventProducer producer, EventSettings settings) {
    this.producer = producer;
    this.settings = settings;
  }

  /**
   * Keeps a record as a dead letter; returns when the broker has it. A record of which the broker
   * takes no letter in any form is logged and passed over: nothing would ever come of trying again.
   *
   * @throws EventNotSentException if the broker did not take it in time
   */
  public void bury(ConsumerRecord<String, byte[]> record, Throwable reason) {
    for (Kept kept : Kept.values()) {
      try {
        producer.send(letter(record, reason, kept));
        LOG.errorf(
            tellsAll(reason) ? null : reason,
            "Record %s/%d/%d went to %s: %s",
            record.topic(),
            record.partition(),
            record.offset(),
            Topics.deadLetters(record.topic()),
            Reason.of(reason));
        Meters.count(ServiceMetric.DEAD_LETTERS, record.topic());
        return;
      } catch (EventNotSentException e) {
        if (!e.isForTheRecordItself()) {
          throw e;
        }
        if (kept == Kept.NO_VALUE) {
          reason.addSuppressed(e);
        }
      }
    }
    LOG.errorf(
        reason,
        "Record %s/%d/%d is passed over: it cannot be handled (%s), and the broker takes no dead"
            + " letter of it in any form",
        record.topic(),
        record.partition(),
        record.offset(),
        Reason.of(reason));
  }

  private ProducerRecord<String, byte[]> letter(
      ConsumerRecord<String, byte[]> record, Throwable reason, Kept kept) {
    String key = record.key();
    boolean cut = kept.compareTo(Kept.SHORT_KEY) >= 0 && key != null && key.length() > LONGEST_KEY;
    boolean empty = kept == Kept.NO_VALUE && record.value() != null;
    ProducerRecord<String, byte[]> letter =
        new ProducerRecord<>(
            Topics.deadLetters(record.topic()),
            null,
            cut ? key.substring(0, LONGEST_KEY) : key,
            empty ? null : record.value());
    long left = 0;
    for (Header header : record.headers()) {
      if (isOfLetters(header)) {
        continue; // of an earlier letter that was copied back with all its headers
      }
      if (kept == Kept.ALL || isOwn(header)) {
        letter.headers().add(header);
      } else {
        left += header.key().length() + (header.value() == null ? 0L : header.value().length);
      }
    }
    tell(letter, HEADERS_BYTES, left, left > 0);
    tell(letter, KEY_BYTES, record.serializedKeySize(), cut);
    tell(letter, VALUE_BYTES, record.serializedValueSize(), empty);
    CloudEvents.put(letter.headers(), REASON, Reason.of(reason));
    CloudEvents.put(letter.headers(), EXCEPTION, reason.getClass().getName());
    CloudEvents.put(letter.headers(), SERVICE, settings.source());
    CloudEvents.put(letter.headers(), TOPIC, record.topic());
    CloudEvents.put(letter.headers(), PARTITION, Integer.toString(record.partition()));
    CloudEvents.put(letter.headers(), OFFSET, Long.toString(record.offset()));
    return letter;
  }

  private static void tell(
      ProducerRecord<String, byte[]> letter, String header, long bytes, boolean leftOut) {
    if (leftOut) {
      CloudEvents.put(letter.headers(), header, Long.toString(bytes));
    }
  }

  /** Whether a header is a letter's, not its record's. */
  static boolean isOfLetters(Header header) {
    return header.key().startsWith(PREFIX);
  }

  private static boolean isOwn(Header header) {
    return CloudEvents.HEADERS.contains(header.key())
        && header.value() != null
        && header.value().length <= LONGEST_OWN_HEADER;
  }

  /** These messages are written for a reader who has no use for our stack trace. */
  private static boolean tellsAll(Throwable reason) {
    return reason instanceof PoisonEventException || reason instanceof InvalidSpecException;
  }
}
