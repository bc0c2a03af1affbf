package io.gdpo.it.stack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * All that travels over the stack's Kafka, from the beginning: an observer with a client of its own
 * who may also send.
 */
public final class Records implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Pattern TOPICS = Pattern.compile("gdpo\\..*");

  private final KafkaConsumer<String, byte[]> consumer;
  private final KafkaProducer<String, byte[]> producer;
  private final List<Seen> seen = new ArrayList<>();

  /**
   * One record.
   *
   * @param type of the CloudEvent; empty where it has none
   * @param headers as text
   */
  public record Seen(
      String topic, String key, String type, Map<String, String> headers, byte[] value) {

    /**
     * A field of the JSON data, by JSON pointer; empty where there is none, as in the broken
     * records that other scenarios send to the same stack.
     */
    public String at(String pointer) {
      try {
        return Json.EVENTS.readTree(value).at(pointer).asText();
      } catch (IOException e) {
        return "";
      }
    }

    public JsonNode json() {
      try {
        return Json.EVENTS.readTree(value);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("Not JSON: " + text(), e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    public String text() {
      return new String(value, StandardCharsets.UTF_8);
    }

    public boolean is(String eventName) {
      return type.equals("io.gdpo." + eventName);
    }
  }

  public Records(Stack stack) {
    this(plain(stack));
  }

  /** On any broker, by the settings of one of its clients. */
  public Records(Map<String, Object> client) {
    Map<String, Object> reading = new HashMap<>(client);
    reading.put(ConsumerConfig.GROUP_ID_CONFIG, "it-" + UUID.randomUUID());
    reading.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    reading.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 1000);
    consumer = new KafkaConsumer<>(reading, new StringDeserializer(), new ByteArrayDeserializer());
    consumer.subscribe(TOPICS);
    producer = new KafkaProducer<>(client, new StringSerializer(), new ByteArraySerializer());
  }

  private static Map<String, Object> plain(Stack stack) {
    return Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, stack.kafka());
  }

  /** Sends a CloudEvent as anyone may; returns when the broker has it. */
  public void send(String topic, String key, String eventName, String json) {
    send(topic, key, Map.of("ce_type", "io.gdpo." + eventName), json);
  }

  /** Sends a record of any kind. */
  public void send(String topic, String key, Map<String, String> headers, String value) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(topic, key, value.getBytes(StandardCharsets.UTF_8));
    headers.forEach(
        (name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
    try {
      producer.send(record).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("The broker did not take the record", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Whether the broker takes an event, soon; it may have it all the same if not. */
  public static boolean takes(
      String broker, String topic, String key, String eventName, String json) {
    ProducerRecord<String, byte[]> event =
        new ProducerRecord<>(topic, key, json.getBytes(StandardCharsets.UTF_8));
    event.headers().add("ce_type", ("io.gdpo." + eventName).getBytes(StandardCharsets.UTF_8));
    try (KafkaProducer<String, byte[]> once =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker,
                ProducerConfig.MAX_BLOCK_MS_CONFIG, 5000,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 3000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 5000),
            new StringSerializer(),
            new ByteArraySerializer())) {
      once.send(event).get();
      return true;
    } catch (ExecutionException | KafkaException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The first record that fits, waited for. */
  public Seen await(String what, Duration limit, Predicate<Seen> fits) {
    Instant deadline = Instant.now().plus(limit);
    while (true) {
      Optional<Seen> found = seen.stream().filter(fits).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      if (Instant.now().isAfter(deadline)) {
        throw new AssertionError(
            "Not seen within " + limit.toSeconds() + " s: " + what + ". Seen: " + summary());
      }
      consumer.poll(POLL).forEach(record -> seen.add(read(record)));
    }
  }

  /**
   * All that lies on the topics at this moment, from the beginning, those of one key in the order
   * in which they were sent.
   */
  public static List<Seen> everything(Stack stack) {
    return everything(plain(stack));
  }

  /** The same on any broker. */
  public static List<Seen> everything(Map<String, Object> client) {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(client, new StringDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.listTopics().values().stream()
              .flatMap(List::stream)
              .filter(partition -> TOPICS.matcher(partition.topic()).matches())
              .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<Seen> all = new ArrayList<>();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(POLL).forEach(record -> all.add(read(record)));
      }
      return all;
    }
  }

  /** Everything seen so far that fits, in order of arrival. */
  public List<Seen> all(Predicate<Seen> fits) {
    return seen.stream().filter(fits).toList();
  }

  private String summary() {
    return seen.stream()
        .map(s -> s.topic() + " " + s.key() + " " + s.type())
        .distinct()
        .collect(Collectors.joining("\n  ", "\n  ", ""));
  }

  private static Seen read(ConsumerRecord<String, byte[]> record) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (Header header : record.headers()) {
      headers.put(
          header.key(),
          header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8));
    }
    return new Seen(
        record.topic(),
        record.key(),
        headers.getOrDefault("ce_type", ""),
        headers,
        record.value() == null ? new byte[0] : record.value());
  }

  @Override
  public void close() {
    consumer.close();
    producer.close();
  }
}
