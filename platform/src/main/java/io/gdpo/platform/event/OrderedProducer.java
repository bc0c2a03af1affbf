package io.gdpo.platform.event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Sends many records at one time, so that none overtakes another of its partition, also where the
 * broker fails in the middle: one request is under way at a time, and with the first record that is
 * not taken the connection is given up, before what waits behind it is sent. What the broker does
 * have of that is sent once more later, in its order.
 *
 * <p>Used by one thread at a time; whoever made it closes it.
 */
final class OrderedProducer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Map<String, Object> settings;
  private final BrokerTrouble trouble;

  /** Null until the first record, and after a failure. */
  private KafkaProducer<String, byte[]> producer;

  /**
   * @param broker how it is reached: Kafka's own settings of a client
   */
  OrderedProducer(Map<String, Object> broker) {
    this.settings = EventProducer.settings(broker);
    this.trouble = BrokerTrouble.of(broker);
    settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
  }

  /**
   * Sends records and returns when it is known what became of each.
   *
   * @return for each record in their order why the broker does not have it; empty if it does
   */
  List<Optional<EventNotSentException>> send(List<ProducerRecord<String, byte[]>> records) {
    if (producer == null) {
      producer = EventProducer.producer(settings);
    }
    List<Optional<EventNotSentException>> fates = new ArrayList<>();
    List<Future<?>> sending = begin(records);
    for (int i = 0; i < records.size(); i++) {
      fates.add(i < sending.size() ? fate(records.get(i), sending.get(i)) : fates.get(i - 1));
      if (isForNow(fates.get(i))) {
        close(); // all that is still under way is given up, too
      }
    }
    return fates;
  }

  /** As many as are taken by the client; the last of them is told why there are no more. */
  private List<Future<?>> begin(List<ProducerRecord<String, byte[]>> records) {
    KafkaProducer<String, byte[]> connection = producer;
    List<Future<?>> sending = new ArrayList<>();
    for (ProducerRecord<String, byte[]> record : records) {
      Future<?> future;
      try {
        future =
            connection.send(
                record,
                (metadata, failure) -> {
                  if (failure != null
                      && !new EventNotSentException(record.topic(), failure, trouble)
                          .isForTheRecordItself()) {
                    connection.close(Duration.ZERO);
                  }
                });
      } catch (KafkaException | IllegalArgumentException | IllegalStateException e) {
        future = CompletableFuture.failedFuture(e);
      }
      sending.add(future);
      if (future.isDone() && isForNow(fate(record, future))) {
        break;
      }
    }
    return sending;
  }

  private static boolean isForNow(Optional<EventNotSentException> fate) {
    return fate.filter(e -> !e.isForTheRecordItself()).isPresent();
  }

  private Optional<EventNotSentException> fate(
      ProducerRecord<String, byte[]> record, Future<?> future) {
    try {
      future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return Optional.empty();
    } catch (ExecutionException e) {
      return Optional.of(new EventNotSentException(record.topic(), e.getCause(), trouble));
    } catch (TimeoutException e) {
      return Optional.of(new EventNotSentException(record.topic(), e, trouble));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(new EventNotSentException(record.topic(), e, trouble));
    }
  }

  /** Gives up what is under way. */
  @Override
  public void close() {
    if (producer != null) {
      producer.close(Duration.ZERO);
      producer = null;
    }
  }
}
