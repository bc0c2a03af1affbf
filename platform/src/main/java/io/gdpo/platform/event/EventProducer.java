package io.gdpo.platform.event;

import io.gdpo.contracts.event.Event;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends events to Kafka, for those that have no transaction to tie them to: the outbox's relay,
 * dead letters, and processes without a database such as a training job.
 *
 * <p>Services send through {@link Outbox} instead. Safe for several threads; whoever made it closes
 * it. A broker that cannot be reached is noticed within seconds, not Kafka's default two minutes.
 *
 * <p>Kafka's own producer never sends again once it was not let in or allowed to write nowhere,
 * were that mended a moment later; it is made anew then.
 */
public final class EventProducer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

  private final Map<String, Object> settings;
  private final String source;
  private final BrokerTrouble trouble;
  private KafkaProducer<String, byte[]> producer;
  private boolean closed;

  /**
   * @param broker how it is reached: Kafka's own settings of a client
   * @param source the CloudEvents source of what is sent, such as {@code /trainer-service}
   */
  public EventProducer(Map<String, Object> broker, String source) {
    this.source = source;
    this.trouble = BrokerTrouble.of(broker);
    this.settings = Map.copyOf(settings(broker));
    this.producer = producer(settings);
  }

  static KafkaProducer<String, byte[]> producer(Map<String, Object> settings) {
    return new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
  }

  /** Nothing lost, nothing doubled by a retry, and an outage noticed within seconds. */
  static Map<String, Object> settings(Map<String, Object> broker) {
    Map<String, Object> all = new HashMap<>(broker);
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    all.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 3000);
    all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 3000);
    all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 5000);
    all.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 2000);
    return all;
  }

  private synchronized KafkaProducer<String, byte[]> current() {
    return producer;
  }

  /** After a failure that a producer does not get over. */
  private synchronized void renew(KafkaProducer<String, byte[]> failed, Throwable failure) {
    if (producer == failed && !closed && BrokerTrouble.endsProducers(failure)) {
      producer = producer(settings);
      failed.close(Duration.ZERO);
    }
  }

  /**
   * Sends an event and returns when the broker has it.
   *
   * @throws EventNotSentException if the broker did not take it in time; it may have it all the
   *     same
   */
  public void send(Event event) {
    send(CloudEvents.record(event, source));
  }

  /**
   * Sends an event without waiting, for news that nobody depends on: {@code onFailure} hears of
   * what the broker did not take. Blocks for a few seconds at most, when the broker cannot be
   * reached.
   */
  public void sendBestEffort(Event event, Consumer<Exception> onFailure) {
    try {
      current()
          .send(
              CloudEvents.record(event, source),
              (metadata, failure) -> {
                if (failure != null) {
                  onFailure.accept(failure);
                }
              });
    } catch (KafkaException e) {
      onFailure.accept(e);
    }
  }

  void send(ProducerRecord<String, byte[]> record) {
    KafkaProducer<String, byte[]> used = current();
    try {
      used.send(record).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      renew(used, e.getCause());
      throw new EventNotSentException(record.topic(), e.getCause(), trouble);
    } catch (KafkaException | IllegalArgumentException | TimeoutException e) {
      renew(used, e);
      throw new EventNotSentException(record.topic(), e, trouble);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EventNotSentException(record.topic(), e, trouble);
    }
  }

  /** Gives what is under way two seconds to arrive. */
  @Override
  public void close() {
    KafkaProducer<String, byte[]> last;
    synchronized (this) {
      closed = true;
      last = producer;
    }
    last.close(CLOSE_PATIENCE);
  }
}
