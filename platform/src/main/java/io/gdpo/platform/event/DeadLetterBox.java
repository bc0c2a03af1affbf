package io.gdpo.platform.event;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.metric.ServiceMetric;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.contracts.view.DeadLetterView;
import io.gdpo.platform.metric.Meters;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;

/**
 * The dead letters of this service, to be read and sent again: those that {@link DeadLetters} has
 * put aside, as they lie in Kafka.
 *
 * <p>That one was sent again stands behind it in the same dead letter topic, as a record without
 * value that names its place ({@code dead-letter-resent}); so it is known for as long as the letter
 * is. The record goes first and the note after it: who is cut off in between sends it a second time
 * and nothing happens, for {@link Inbox} knows events by their ids. A record without an id is given
 * that by which it is known already, its place.
 */
@ApplicationScoped
public class DeadLetterBox {
  /** Records of each partition that are read for a list; those before them have their places. */
  public static final int READ = 10_000;

  private static final int PAYLOAD_IN_LISTS = 500;
  private static final int LONGEST_PAYLOAD = 100_000;
  private static final String RESENT = "dead-letter-resent";
  private static final Logger LOG = Logger.getLogger(DeadLetterBox.class);

  private final TopicReader topics;
  private final EventProducer producer;
  private final EventSettings settings;

  DeadLetterBox(TopicReader topics, EventProducer producer, EventSettings settings) {
    this.topics = topics;
    this.producer = producer;
    this.settings = settings;
  }

  /** A letter's place in the dead letter topic of the topic that its record was sent to. */
  public record Place(String topic, int partition, long offset) {}

  /** Why a letter cannot be sent again. */
  public static final class NotResentException extends Exception {
    private static final long serialVersionUID = 1L;

    NotResentException(String reason) {
      super(reason);
    }
  }

  /**
   * The latest letters of some topics, the newest first.
   *
   * @param ofTopics topics of events
   * @param most letters
   * @throws EventsUnreadableException if the broker does not answer
   */
  public List<DeadLetterView> latest(List<String> ofTopics, int most) {
    List<DeadLetterView> found = new ArrayList<>();
    for (String topic : ofTopics) {
      Deque<ConsumerRecord<String, byte[]>> letters = new ArrayDeque<>();
      Map<String, Instant> resent = new HashMap<>();
      topics.latest(
          Topics.deadLetters(topic),
          READ,
          record -> {
            if (isOwnLetter(record)) {
              letters.addLast(record);
              if (letters.size() > most) {
                letters.removeFirst();
              }
            } else {
              note(record).ifPresent(place -> resent.put(place, sentAt(record)));
            }
          });
      letters.forEach(letter -> found.add(view(topic, letter, resent, PAYLOAD_IN_LISTS)));
    }
    found.sort(Comparator.comparing(DeadLetterView::time).reversed());
    return found.subList(0, Math.min(most, found.size()));
  }

  /**
   * One letter.
   *
   * @throws EventsUnreadableException if the broker does not answer
   */
  public Optional<DeadLetterView> find(Place place) {
    Optional<ConsumerRecord<String, byte[]>> letter = letter(place);
    if (letter.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Instant> resent = new HashMap<>();
    topics.latest(
        Topics.deadLetters(place.topic()),
        READ,
        record -> note(record).ifPresent(of -> resent.put(of, sentAt(record))));
    return Optional.of(view(place.topic(), letter.get(), resent, LONGEST_PAYLOAD));
  }

  /**
   * Sends a letter's record to its topic again, with the key, the headers and the value that it
   * had; where the letter left something out, from where the record itself still lies.
   *
   * @return the letter, which says now that it was sent; empty if there is none at this place
   * @throws NotResentException if the record is not there any more, or no broker takes it
   * @throws EventNotSentException if the broker did not take it in time
   * @throws EventsUnreadableException if the broker does not answer
   */
  public Optional<DeadLetterView> resend(Place place) throws NotResentException {
    Optional<ConsumerRecord<String, byte[]>> letter = letter(place);
    if (letter.isEmpty()) {
      return Optional.empty();
    }
    ProducerRecord<String, byte[]> again = again(place, letter.get());
    try {
      producer.send(again);
    } catch (EventNotSentException e) {
      if (e.isForTheRecordItself()) {
        throw new NotResentException("No broker takes this record: " + Reason.of(e.getCause()));
      }
      throw e;
    }
    producer.send(noteOf(place, letter.get().key()));
    Meters.count(ServiceMetric.DEAD_LETTERS_RESENT, place.topic());
    LOG.infof(
        "The dead letter %s/%d/%d is sent again, as event %s",
        place.topic(),
        place.partition(),
        place.offset(),
        text(again.headers().lastHeader(CloudEvents.ID)));
    return find(place);
  }

  private Optional<ConsumerRecord<String, byte[]>> letter(Place place) {
    TopicPartition letters =
        new TopicPartition(Topics.deadLetters(place.topic()), place.partition());
    return topics.at(letters, place.offset()).filter(this::isOwnLetter);
  }

  private ProducerRecord<String, byte[]> again(Place place, ConsumerRecord<String, byte[]> letter)
      throws NotResentException {
    TopicPartition from =
        new TopicPartition(place.topic(), (int) number(letter, DeadLetters.PARTITION));
    long offset = number(letter, DeadLetters.OFFSET);
    String origin = from.topic() + "/" + from.partition() + "/" + offset;
    ConsumerRecord<String, byte[]> whole = letter;
    if (!isWhole(letter)) {
      whole =
          topics
              .at(from, offset)
              .orElseThrow(
                  () ->
                      new NotResentException(
                          "The letter leaves out what was too large for it, and the record itself,"
                              + " at "
                              + origin
                              + ", is not there any more"));
    }
    ProducerRecord<String, byte[]> again =
        new ProducerRecord<>(place.topic(), whole.key(), whole.value());
    for (Header header : whole.headers()) {
      if (!DeadLetters.isOfLetters(header)) {
        again.headers().add(header);
      }
    }
    if (text(again.headers().lastHeader(CloudEvents.ID)) == null) {
      CloudEvents.put(again.headers(), CloudEvents.ID, origin);
    }
    return again;
  }

  private ProducerRecord<String, byte[]> noteOf(Place place, String key) {
    ProducerRecord<String, byte[]> note =
        new ProducerRecord<>(Topics.deadLetters(place.topic()), key, null);
    CloudEvents.put(note.headers(), RESENT, place.partition() + "/" + place.offset());
    CloudEvents.put(note.headers(), DeadLetters.SERVICE, settings.source());
    return note;
  }

  /** The partition and offset of the letter that was sent again, where a record says so. */
  private static Optional<String> note(ConsumerRecord<String, byte[]> record) {
    return header(record, RESENT);
  }

  private boolean isOwnLetter(ConsumerRecord<String, byte[]> record) {
    return note(record).isEmpty()
        && header(record, DeadLetters.SERVICE).equals(Optional.of(settings.source()));
  }

  private static boolean isWhole(ConsumerRecord<String, byte[]> letter) {
    return header(letter, DeadLetters.HEADERS_BYTES).isEmpty()
        && header(letter, DeadLetters.KEY_BYTES).isEmpty()
        && header(letter, DeadLetters.VALUE_BYTES).isEmpty();
  }

  private static DeadLetterView view(
      String topic,
      ConsumerRecord<String, byte[]> letter,
      Map<String, Instant> resent,
      int longestPayload) {
    byte[] value = letter.value();
    return new DeadLetterView(
        topic,
        letter.partition(),
        letter.offset(),
        sentAt(letter),
        header(letter, DeadLetters.SERVICE).orElse(null),
        header(letter, CloudEvents.ID).orElse(null),
        header(letter, CloudEvents.TYPE).orElse(null),
        letter.key(),
        header(letter, DeadLetters.REASON).orElse(null),
        header(letter, DeadLetters.EXCEPTION).orElse(null),
        (int) number(letter, DeadLetters.PARTITION),
        number(letter, DeadLetters.OFFSET),
        value == null
            ? null
            : Reason.beginning(new String(value, StandardCharsets.UTF_8), longestPayload),
        value == null ? number(letter, DeadLetters.VALUE_BYTES) : value.length,
        resent.get(letter.partition() + "/" + letter.offset()));
  }

  private static Instant sentAt(ConsumerRecord<String, byte[]> record) {
    return Instant.ofEpochMilli(record.timestamp());
  }

  /** 0 where there is none: whoever may write to the topic may write anything. */
  private static long number(ConsumerRecord<String, byte[]> record, String name) {
    return header(record, name)
        .filter(text -> text.matches("\\d{1,18}"))
        .map(Long::parseLong)
        .orElse(0L);
  }

  private static Optional<String> header(ConsumerRecord<String, byte[]> record, String name) {
    return Optional.ofNullable(text(record.headers().lastHeader(name)));
  }

  private static String text(Header header) {
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }
}
