package io.gdpo.it.scale;

import io.gdpo.contracts.topic.Topics;
import io.gdpo.it.stack.Stack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Asks for datasets by Kafka and hears what becomes of each. A record that comes again under the id
 * that it had is the same event, sent by a replica that was killed before it could note that it had
 * sent it.
 */
final class ToldEnds implements AutoCloseable {
  private final KafkaConsumer<String, byte[]> consumer;
  private final KafkaProducer<String, byte[]> producer;
  private final Map<String, Set<String>> ready = new HashMap<>();
  private final List<String> wrong = new ArrayList<>();
  private int again;

  ToldEnds(Stack stack) {
    consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                stack.kafka(),
                ConsumerConfig.GROUP_ID_CONFIG,
                "it-" + UUID.randomUUID(),
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest"),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    consumer.subscribe(List.of(Topics.DATASETS, Topics.deadLetters(Topics.DATASETS)));
    producer =
        new KafkaProducer<>(
            Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, stack.kafka()),
            new StringSerializer(),
            new ByteArraySerializer());
  }

  /** Asks for datasets of one specification, given as JSON, under the ids of so many items. */
  void ask(int items, String specification) {
    IntStream.range(0, items)
        .mapToObj(ToldEnds::item)
        .forEach(
            item -> {
              String json = "{\"dataset_id\": \"%s\", \"spec\": %s}".formatted(item, specification);
              ProducerRecord<String, byte[]> record =
                  new ProducerRecord<>(
                      Topics.DATASETS, item, json.getBytes(StandardCharsets.UTF_8));
              record
                  .headers()
                  .add("ce_type", "io.gdpo.DatasetRequested".getBytes(StandardCharsets.UTF_8));
              producer.send(record);
            });
    producer.flush();
  }

  /** The id of the item of this number. */
  static String item(int number) {
    return "scale-" + number;
  }

  /** Hears what was told since, for at most this long. */
  void hear(Duration limit) {
    consumer.poll(limit).forEach(this::hear);
  }

  private void hear(ConsumerRecord<String, byte[]> record) {
    String type = header(record, "ce_type");
    if (record.topic().equals(Topics.DATASETS) && type.equals("io.gdpo.DatasetReady")) {
      if (!ready
          .computeIfAbsent(record.key(), item -> new HashSet<>())
          .add(header(record, "ce_id"))) {
        again++;
      }
    } else if (!type.equals("io.gdpo.DatasetRequested")
        || !record.topic().equals(Topics.DATASETS)) {
      wrong.add(
          record.topic() + ": " + type + " " + new String(record.value(), StandardCharsets.UTF_8));
    }
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
  }

  /** Items that were told to be ready. */
  int ready() {
    return ready.size();
  }

  /** Records that came again under their ids. */
  int again() {
    return again;
  }

  /** What was told besides, or twice. */
  List<String> wrong() {
    List<String> all = new ArrayList<>(wrong);
    ready.forEach(
        (item, ids) -> {
          if (ids.size() > 1) {
            all.add(item + " was told to be ready " + ids.size() + " times");
          }
        });
    return all;
  }

  @Override
  public void close() {
    consumer.close();
    producer.close();
  }
}
