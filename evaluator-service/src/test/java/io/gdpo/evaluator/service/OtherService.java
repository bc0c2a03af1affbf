package io.gdpo.evaluator.service;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.Event;
import io.gdpo.platform.event.CloudEvents;
import io.gdpo.platform.event.DeadLetters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The broker as another service sees it. */
final class OtherService implements AutoCloseable {
  private final KafkaProducer<String, byte[]> producer;
  private final String broker;

  OtherService(String broker) {
    this.broker = broker;
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker), new StringSerializer(), new ByteArraySerializer());
  }

  /** Sends an event with a new id. */
  void send(Event event) {
    send(CloudEvents.record(event, "/test"));
  }

  void send(ProducerRecord<String, byte[]> record) {
    producer.send(record);
    producer.flush();
  }

  /** The events of this type and key, so far. */
  List<JsonNode> events(String topic, String type, String key) throws IOException {
    List<JsonNode> events = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : records(topic)) {
      if (key.equals(record.key()) && type.equals(header(record, "ce_type"))) {
        events.add(Json.EVENTS.readTree(record.value()));
      }
    }
    return events;
  }

  /** The keys of all records, so far. */
  List<String> keys(String topic) {
    return records(topic).stream().map(ConsumerRecord::key).toList();
  }

  /** Why each dead letter was buried, so far. */
  List<String> reasons(String topic) {
    return records(topic).stream().map(record -> header(record, DeadLetters.REASON)).toList();
  }

  private List<ConsumerRecord<String, byte[]>> records(String topic) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    var header = record.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    producer.close();
  }
}
