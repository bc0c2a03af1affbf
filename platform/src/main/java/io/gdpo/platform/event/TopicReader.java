package io.gdpo.platform.event;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads what lies in a topic, beside all consumers of it; each reading has its own connection. */
@ApplicationScoped
class TopicReader {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LONGEST_READ = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaConnection kafka;

  TopicReader(KafkaConnection kafka) {
    this.kafka = kafka;
  }

  /**
   * The record at a place, if one is there.
   *
   * @throws EventsUnreadableException if the broker does not answer
   */
  Optional<ConsumerRecord<String, byte[]>> at(TopicPartition partition, long offset) {
    try (KafkaConsumer<String, byte[]> consumer = consumer()) {
      if (!partitions(consumer, partition.topic()).contains(partition)) {
        return Optional.empty();
      }
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      if (offset < consumer.beginningOffsets(List.of(partition)).get(partition) || offset >= end) {
        return Optional.empty();
      }
      consumer.assign(List.of(partition));
      consumer.seek(partition, offset);
      long until = System.nanoTime() + PATIENCE.toNanos();
      while (System.nanoTime() < until) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          return Optional.of(record).filter(it -> it.offset() == offset);
        }
      }
      throw new EventsUnreadableException(partition.topic(), "it takes longer than " + PATIENCE);
    } catch (KafkaException e) {
      throw new EventsUnreadableException(partition.topic(), e, kafka.trouble());
    }
  }

  /**
   * Gives the latest records of a topic, those of a partition in their order.
   *
   * @param most records of each partition
   * @throws EventsUnreadableException if the broker does not answer
   */
  void latest(String topic, int most, Consumer<ConsumerRecord<String, byte[]>> reader) {
    try (KafkaConsumer<String, byte[]> consumer = consumer()) {
      List<TopicPartition> partitions = partitions(consumer, topic);
      Map<TopicPartition, Long> begin = consumer.beginningOffsets(partitions);
      Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
      consumer.assign(partitions);
      for (TopicPartition partition : partitions) {
        consumer.seek(partition, Math.max(begin.get(partition), end.get(partition) - most));
      }
      long until = System.nanoTime() + LONGEST_READ.toNanos();
      while (partitions.stream().anyMatch(it -> consumer.position(it) < end.get(it))) {
        if (System.nanoTime() > until) {
          throw new EventsUnreadableException(topic, "it takes longer than " + LONGEST_READ);
        }
        consumer.poll(POLL).forEach(reader);
      }
    } catch (KafkaException e) {
      throw new EventsUnreadableException(topic, e, kafka.trouble());
    }
  }

  private static List<TopicPartition> partitions(
      KafkaConsumer<String, byte[]> consumer, String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .toList();
  }

  private KafkaConsumer<String, byte[]> consumer() {
    return new KafkaConsumer<>(
        kafka.with(
            Map.of(
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) PATIENCE.toMillis(),
                ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                (int) PATIENCE.toMillis(),
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false)),
        new StringDeserializer(),
        new ByteArrayDeserializer());
  }
}
