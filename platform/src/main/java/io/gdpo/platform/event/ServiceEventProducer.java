package io.gdpo.platform.event;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The service's one connection for sending to Kafka; it ends with the service. */
@ApplicationScoped
class ServiceEventProducer {

  @Produces
  @Singleton
  EventProducer producer(
      @ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers,
      EventSettings settings) {
    return new EventProducer(bootstrapServers, settings.source());
  }

  void close(@Disposes EventProducer producer) {
    producer.close();
  }
}
