package io.gdpo.platform.event;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;

/** The service's one connection for sending to Kafka; it ends with the service. */
@ApplicationScoped
class ServiceEventProducer {

  @Produces
  @Singleton
  EventProducer producer(KafkaConnection kafka, EventSettings settings) {
    return new EventProducer(kafka.with(Map.of()), settings.source());
  }

  void close(@Disposes EventProducer producer) {
    producer.close();
  }
}
