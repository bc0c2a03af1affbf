package io.gdpo.platform.event;

import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * How this service reaches the broker, beside its channels: by the same settings ({@code
 * kafka.bootstrap.servers}, {@code kafka.security.*}, {@code kafka.sasl.*}, {@code kafka.ssl.*}).
 */
@ApplicationScoped
class KafkaConnection {
  private final Map<String, Object> settings = new HashMap<>();

  /**
   * @param kafka all settings that begin with {@code kafka.}, without that
   */
  KafkaConnection(@Identifier("default-kafka-broker") Map<String, Object> kafka) {
    kafka.forEach(
        (name, value) -> {
          if (name.equals(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)
              || name.startsWith("security.")
              || name.startsWith("sasl.")
              || name.startsWith("ssl.")) {
            settings.put(name, value);
          }
        });
  }

  /** Says what the broker refuses. */
  BrokerTrouble trouble() {
    return BrokerTrouble.of(settings);
  }

  /** What a client of Kafka needs, with its own settings. */
  Map<String, Object> with(Map<String, Object> own) {
    Map<String, Object> all = new HashMap<>(settings);
    all.putAll(own);
    return all;
  }
}
