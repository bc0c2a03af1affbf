package io.gdpo.platform.event;

import io.gdpo.contracts.topic.Topics;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jboss.logging.Logger;

/**
 * All topics and their dead letter topics exist before the first listener subscribes, whichever
 * service starts first: a consumer of a topic that appears later would notice only minutes after.
 *
 * <p>Topics that exist are left as they are. When the broker cannot be reached or refuses, the
 * service starts all the same and says so.
 */
@ApplicationScoped
class TopicsAtStart {
  private static final Logger LOG = Logger.getLogger(TopicsAtStart.class);
  private static final int PATIENCE_MS = 5000;

  private final KafkaConnection kafka;
  private final EventSettings settings;

  TopicsAtStart(KafkaConnection kafka, EventSettings settings) {
    this.kafka = kafka;
    this.settings = settings;
  }

  /** Before SmallRye's listeners, which start at {@code LIBRARY_BEFORE}. */
  void create(@Observes @Priority(1) StartupEvent starting) {
    if (!settings.createTopics()) {
      return;
    }
    List<NewTopic> topics =
        Topics.all().stream()
            .map(
                topic ->
                    new NewTopic(topic.name(), topic.partitions(), (short) -1)
                        .configs(
                            Map.of(
                                TopicConfig.RETENTION_MS_CONFIG,
                                Long.toString(topic.retention().toMillis()))))
            .toList();
    try (Admin admin =
        Admin.create(
            kafka.with(
                Map.of(
                    AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MS,
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MS)))) {
      CreateTopicsResult created = admin.createTopics(topics);
      created.values().forEach(TopicsAtStart::await);
    }
  }

  private static void await(String topic, KafkaFuture<Void> creation) {
    try {
      creation.get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        LOG.warnf("Topic %s was not created: %s", topic, e.getCause().getMessage());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while creating topic " + topic, e);
    }
  }
}
