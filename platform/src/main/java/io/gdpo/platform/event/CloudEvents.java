package io.gdpo.platform.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.topic.EventType;
import io.gdpo.platform.json.JsonFault;
import io.gdpo.platform.trace.Trace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Events on Kafka are CloudEvents 1.0 in binary mode: attributes in {@code ce_} headers, the event
 * itself as JSON in the record's value, its key in the record's key.
 */
public final class CloudEvents {
  static final String ID = "ce_id";
  static final String TYPE = "ce_type";
  static final String SOURCE = "ce_source";
  static final String TIME = "ce_time";
  static final String SPEC_VERSION = "ce_specversion";
  static final String CONTENT_TYPE = "content-type";

  /** An extension: who a command is from. */
  static final String OWNER = "ce_owner";

  /** W3C trace context, by CloudEvents' distributed tracing extension. */
  static final String TRACE_PARENT = "ce_traceparent";

  static final String TRACE_STATE = "ce_tracestate";

  /** What a header of an event can be called. */
  static final Set<String> HEADERS =
      Set.of(ID, TYPE, SOURCE, TIME, SPEC_VERSION, CONTENT_TYPE, OWNER, TRACE_PARENT, TRACE_STATE);

  /**
   * Largest data of an event, in bytes; a record's headers and key need the rest of Kafka's MiB.
   */
  static final int LARGEST_DATA = 1_000_000;

  /**
   * Reads what an event holds strictly, but lets pass what the event itself has and this reader
   * does not know.
   */
  private static final ObjectReader COMMANDS =
      Json.SPECS.reader().withHandler(new NewFieldsOfEvents());

  private CloudEvents() {}

  /**
   * An event as it was read.
   *
   * @param id unique among the events of its source
   * @param source who sent it; empty if the record does not say
   */
  public record Received(String id, String source, Event event) {}

  /**
   * A new event with a new id, as a record for its topic.
   *
   * @param source who says so, such as {@code /trainer-service}
   */
  public static ProducerRecord<String, byte[]> record(Event event, String source) {
    EventType type = EventType.of(event);
    return record(
        type.topic(),
        event.key(),
        UUID.randomUUID().toString(),
        type.type(),
        source,
        Instant.now(),
        json(event),
        Trace.current());
  }

  static ProducerRecord<String, byte[]> record(
      String topic,
      String key,
      String id,
      String type,
      String source,
      Instant time,
      byte[] data,
      Trace trace) {
    ProducerRecord<String, byte[]> sent = new ProducerRecord<>(topic, key, data);
    put(sent.headers(), SPEC_VERSION, "1.0");
    put(sent.headers(), ID, id);
    put(sent.headers(), TYPE, type);
    put(sent.headers(), SOURCE, source);
    put(sent.headers(), TIME, time.toString());
    put(sent.headers(), CONTENT_TYPE, "application/json");
    if (trace.parent() != null) {
      put(sent.headers(), TRACE_PARENT, trace.parent());
      if (trace.state() != null) {
        put(sent.headers(), TRACE_STATE, trace.state());
      }
    }
    return sent;
  }

  /** The data of an event: JSON in UTF-8. */
  static byte[] json(Event event) {
    try {
      return Json.EVENTS.writeValueAsBytes(event);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Not an event that JSON can carry: " + event, e);
    }
  }

  /**
   * The event in a record. Only {@code ce_type} is needed; a record without {@code ce_id} is known
   * by its topic, partition and offset.
   *
   * @throws PoisonEventException if the record holds no event of its topic
   */
  public static Received read(ConsumerRecord<String, byte[]> record) {
    return read(record, Json.EVENTS.reader());
  }

  /**
   * The same for whoever carries the command out: a field of the specification in it that is
   * unknown or given twice is refused with its place, as by REST.
   */
  static Received readCommand(ConsumerRecord<String, byte[]> record) {
    return read(record, COMMANDS);
  }

  /** Who a record says that it is from, if it says so. */
  static Optional<String> owner(ConsumerRecord<String, byte[]> record) {
    return header(record, OWNER).filter(name -> !name.isBlank());
  }

  /** The type that a record says it is of, if it says so. */
  static Optional<EventType> type(ConsumerRecord<String, byte[]> record) {
    return header(record, TYPE).flatMap(EventType::ofType);
  }

  private static Received read(ConsumerRecord<String, byte[]> record, ObjectReader reader) {
    String typeName =
        header(record, TYPE).orElseThrow(() -> new PoisonEventException(noType(record)));
    EventType type =
        EventType.ofType(typeName)
            .orElseThrow(
                () ->
                    new PoisonEventException(
                        "Event type '"
                            + typeName
                            + "' is unknown: misspelt, or of another version of this program;"
                            + " docs/reference/events.md lists those that there are"));
    if (!type.topic().equals(record.topic())) {
      throw new PoisonEventException(
          "A '" + typeName + "' belongs on topic " + type.topic() + ", not on " + record.topic());
    }
    String id =
        header(record, ID)
            .orElse(record.topic() + "/" + record.partition() + "/" + record.offset());
    return new Received(id, header(record, SOURCE).orElse(""), data(record, type, reader));
  }

  private static String noType(ConsumerRecord<String, byte[]> record) {
    String missing =
        "Header ce_type is missing; it names the event, such as "
            + EventType.EXPERIMENT_SUBMITTED.type();
    return header(record, CONTENT_TYPE).orElse("").startsWith("application/cloudevents")
        ? missing
            + ". This CloudEvent is in structured mode; binary mode is read: attributes in ce_"
            + " headers, the event itself as the value"
        : missing;
  }

  private static Event data(
      ConsumerRecord<String, byte[]> record, EventType type, ObjectReader reader) {
    if (record.value() == null || record.value().length == 0) {
      throw new PoisonEventException("The data of the '" + type.type() + "' is empty");
    }
    if (record.value().length > LARGEST_DATA) {
      throw new PoisonEventException(
          String.format(
              Locale.ROOT,
              "The data of the '%s' has %d bytes, more than the %d that are read",
              type.type(),
              record.value().length,
              LARGEST_DATA));
    }
    try {
      return keyed(reader.forType(type.eventClass()).readValue(record.value()), type);
    } catch (JsonProcessingException e) {
      if (e.getCause() instanceof InvalidSpecException invalid) {
        throw invalid;
      }
      throw new PoisonEventException(JsonFault.of(e).detail(), e);
    } catch (IOException e) {
      throw new PoisonEventException("The data of the '" + type.type() + "' cannot be read", e);
    }
  }

  /** What a newer sender adds to an event is no setting; what it adds to a specification is. */
  private static final class NewFieldsOfEvents extends DeserializationProblemHandler {
    @Override
    public boolean handleUnknownProperty(
        DeserializationContext context,
        JsonParser parser,
        JsonDeserializer<?> deserializer,
        Object beanOrClass,
        String field)
        throws IOException {
      Class<?> owner = beanOrClass instanceof Class<?> type ? type : beanOrClass.getClass();
      if (!Event.class.isAssignableFrom(owner)) {
        return false;
      }
      parser.skipChildren();
      return true;
    }
  }

  /**
   * A key is made of what every event of its type must have. What a command lacks is told by
   * whoever carries it out, as by REST.
   */
  private static Event keyed(Event event, EventType type) {
    if (event == null) {
      throw new PoisonEventException("The data of the '" + type.type() + "' is null");
    }
    if (event instanceof Event.Command) {
      return event;
    }
    try {
      if (event.key() != null) {
        return event;
      }
    } catch (NullPointerException e) {
      throw new PoisonEventException(noKey(type), e);
    }
    throw new PoisonEventException(noKey(type));
  }

  private static String noKey(EventType type) {
    return "The data of the '"
        + type.type()
        + "' has no key; what names its subject is missing or null";
  }

  static Optional<String> header(ConsumerRecord<String, byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
  }

  static void put(Headers headers, String name, String value) {
    headers.remove(name);
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
