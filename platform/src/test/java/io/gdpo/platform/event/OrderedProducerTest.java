package io.gdpo.platform.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.embedded.EmbeddedBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderedProducerTest {
  private static final int RECORDS = 20_000;
  private static final int AT_ONCE = 500;
  private static final TopicPartition PARTITION = new TopicPartition("ordered", 0);

  @TempDir Path folder;

  @Test
  void noRecordOvertakesAnotherThoughTheBrokerFailsInTheMiddleOfMany() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0);
        OrderedProducer producer =
            new OrderedProducer(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      int next = AT_ONCE;
      assertThat(producer.send(records(0, next))).allMatch(Optional::isEmpty);
      CountDownLatch failed = new CountDownLatch(1);
      CompletableFuture<Void> outage =
          CompletableFuture.runAsync(
              () -> {
                broker.kill();
                awaitQuietly(failed);
                broker.restart();
              });

      while (next < RECORDS || failed.getCount() > 0) {
        List<Optional<EventNotSentException>> fates = producer.send(records(next, next + AT_ONCE));
        int taken = (int) fates.stream().takeWhile(Optional::isEmpty).count();
        assertThat(fates.subList(taken, fates.size()))
            .as("what stands behind a record of its partition that was not taken")
            .allMatch(Optional::isPresent);
        next += taken;
        if (taken < fates.size()) {
          failed.countDown();
        }
      }
      outage.get();

      List<Integer> received = received(broker, next);
      Set<Integer> firstOfEach = new LinkedHashSet<>(received);
      assertThat(firstOfEach).containsExactlyElementsOf(IntStream.range(0, next).boxed().toList());
      int overtaken = 0;
      int furthest = -1;
      for (int number : received) {
        overtaken += number > furthest + 1 ? 1 : 0;
        furthest = Math.max(furthest, number);
      }
      assertThat(overtaken).isZero();
    }
  }

  @Test
  void aRecordThatNoBrokerTakesStandsInNobodysWay() {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0);
        OrderedProducer producer =
            new OrderedProducer(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      List<ProducerRecord<String, byte[]>> records = new ArrayList<>(records(0, 3));
      records.set(1, new ProducerRecord<>(PARTITION.topic(), "key", new byte[2_000_000]));

      List<Optional<EventNotSentException>> fates = producer.send(records);

      assertThat(fates.get(0)).isEmpty();
      assertThat(fates.get(1))
          .hasValueSatisfying(e -> assertThat(e.isForTheRecordItself()).isTrue());
      assertThat(fates.get(2)).isEmpty();
      assertThat(received(broker, 2)).containsExactly(0, 2);
    }
  }

  private static List<ProducerRecord<String, byte[]>> records(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(
            number ->
                new ProducerRecord<>(
                    PARTITION.topic(),
                    "key",
                    Integer.toString(number).getBytes(StandardCharsets.UTF_8)))
        .toList();
  }

  private static List<Integer> received(EmbeddedBroker broker, int atLeast) {
    List<Integer> numbers = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
      while (consumer.position(PARTITION) < end || numbers.size() < atLeast) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(
                record ->
                    numbers.add(
                        Integer.parseInt(new String(record.value(), StandardCharsets.UTF_8))));
      }
    }
    return numbers;
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).as("a record is not taken").isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
