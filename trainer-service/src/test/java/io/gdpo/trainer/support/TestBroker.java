package io.gdpo.trainer.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.topic.EventType;
import io.gdpo.contracts.topic.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The other services, as far as Kafka can tell: sends their events and hears all topics. */
public final class TestBroker implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final KafkaProducer<String, byte[]> producer;
  private final KafkaConsumer<String, byte[]> consumer;
  private final Queue<ConsumerRecord<String, byte[]>> heard = new ConcurrentLinkedQueue<>();
  private final Thread ear = new Thread(this::hear, "test-broker");

  public TestBroker(String bootstrapServers) {
    producer =
        new KafkaProducer<>(
            Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
            new StringSerializer(),
            new ByteArraySerializer());
    consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.GROUP_ID_CONFIG,
                "test-" + UUID.randomUUID(),
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.METADATA_MAX_AGE_CONFIG,
                500),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    ear.setDaemon(true);
    ear.start();
  }

  /** Sends an event as its sender would. */
  public void send(Event event) {
    send(event, UUID.randomUUID().toString());
  }

  /** Sends an event under a given CloudEvents id. */
  public void send(Event event, String id) {
    try {
      send(EventType.of(event), event.key(), Json.EVENTS.writeValueAsString(event), id);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends an event that says who it is from. */
  public void sendFrom(String owner, Event event) throws JsonProcessingException {
    EventType type = EventType.of(event);
    ProducerRecord<String, byte[]> letter =
        new ProducerRecord<>(type.topic(), event.key(), Json.EVENTS.writeValueAsBytes(event));
    header(letter, "ce_owner", owner);
    send(letter, type, UUID.randomUUID().toString());
  }

  /** Sends any text as the data of an event. */
  public void send(EventType type, String key, String data, String id) {
    send(new ProducerRecord<>(type.topic(), key, data.getBytes(StandardCharsets.UTF_8)), type, id);
  }

  private void send(ProducerRecord<String, byte[]> letter, EventType type, String id) {
    header(letter, "ce_id", id);
    header(letter, "ce_type", type.type());
    header(letter, "ce_source", "test");
    header(letter, "ce_specversion", "1.0");
    header(letter, "ce_time", Instant.now().toString());
    header(letter, "content-type", "application/json");
    producer.send(letter);
    producer.flush();
  }

  /** Waits for the first event of this kind that holds. */
  public <E extends Event> E expect(Class<E> kind, Predicate<E> holds) {
    return await("a " + kind.getSimpleName())
        .atMost(PATIENCE)
        .until(() -> events(kind).filter(holds).findFirst(), Optional::isPresent)
        .orElseThrow();
  }

  /** All events of this kind heard so far. */
  public <E extends Event> Stream<E> events(Class<E> kind) {
    EventType type =
        Stream.of(EventType.values()).filter(t -> t.eventClass() == kind).findFirst().orElseThrow();
    return heard.stream()
        .filter(r -> r.topic().equals(type.topic()))
        .filter(r -> header(r, "ce_type").equals(Optional.of(type.type())))
        .flatMap(r -> readable(r, kind).stream());
  }

  /** Waits for a dead letter of this topic under this key; gives the reason it carries. */
  public String expectDeadLetter(String topic, String key) {
    ConsumerRecord<String, byte[]> letter =
        await("a dead letter of " + topic)
            .atMost(PATIENCE)
            .until(
                () ->
                    heard.stream()
                        .filter(r -> r.topic().equals(Topics.deadLetters(topic)))
                        .filter(r -> key.equals(r.key()))
                        .findFirst(),
                Optional::isPresent)
            .orElseThrow();
    Optional<String> reason = header(letter, "dead-letter-reason");
    assertThat(reason).isPresent();
    return reason.orElseThrow();
  }

  @Override
  public void close() throws InterruptedException {
    consumer.wakeup();
    ear.join();
    producer.close();
  }

  private void hear() {
    try (consumer) {
      consumer.subscribe(Pattern.compile("gdpo\\..*"));
      while (true) {
        consumer.poll(Duration.ofMillis(200)).forEach(heard::add);
      }
    } catch (WakeupException closed) {
      heard.clear();
    }
  }

  /** Poison that tests sent themselves is not an event of its kind. */
  private static <E extends Event> List<E> readable(
      ConsumerRecord<String, byte[]> letter, Class<E> kind) {
    try {
      return List.of(Json.EVENTS.readValue(letter.value(), kind));
    } catch (IOException poison) {
      return List.of();
    }
  }

  private static void header(ProducerRecord<String, byte[]> letter, String name, String value) {
    letter.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<String> header(ConsumerRecord<String, byte[]> letter, String name) {
    return Optional.ofNullable(letter.headers().lastHeader(name))
        .map(Header::value)
        .map(v -> new String(v, StandardCharsets.UTF_8));
  }
}
