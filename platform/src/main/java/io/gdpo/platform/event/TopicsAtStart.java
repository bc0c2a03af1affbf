package io.gdpo.platform.event;

import io.gdpo.contracts.topic.TopicRights.Right;
import io.gdpo.contracts.topic.Topics;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jboss.logging.Logger;

/**
 * All topics and their dead letter topics exist before the first listener subscribes, whichever
 * service starts first: a consumer of a topic that appears later would notice only minutes after.
 *
 * <p>Topics that exist are left as they are. When the broker cannot be reached or refuses, the
 * service starts all the same and says so. Whoever may not make topics only needs those that it
 * uses: {@link RightsAtStart} tells of them.
 */
@ApplicationScoped
class TopicsAtStart {
  private static final Logger LOG = Logger.getLogger(TopicsAtStart.class);
  private static final int PATIENCE_MS = 5000;

  private final KafkaConnection kafka;
  private final EventSettings settings;
  private final RightsAtStart rights;

  TopicsAtStart(KafkaConnection kafka, EventSettings settings, RightsAtStart rights) {
    this.kafka = kafka;
    this.settings = settings;
    this.rights = rights;
  }

  /** Before SmallRye's listeners, which start at {@code LIBRARY_BEFORE}. */
  void create(@Observes @Priority(1) StartupEvent starting) {
    try (Admin admin =
        Admin.create(
            kafka.with(
                Map.of(
                    AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MS,
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MS)))) {
      Optional<Throwable> failure = answers(admin);
      if (failure.isPresent()) {
        LOG.warnf(
            "The broker does not answer, and events wait: %s",
            kafka.trouble().words(failure.get(), Right.READ));
        return;
      }
      if (settings.createTopics()) {
        admin.createTopics(topics()).values().forEach(TopicsAtStart::await);
      }
      rights.compare(admin);
    }
  }

  /** Whoever is let in may ask which broker this is. */
  private static Optional<Throwable> answers(Admin admin) {
    try {
      admin.describeCluster().clusterId().get();
      return Optional.empty();
    } catch (ExecutionException e) {
      return Optional.of(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while the broker was asked", e);
    }
  }

  private static List<NewTopic> topics() {
    return Topics.all().stream()
        .map(
            topic ->
                new NewTopic(topic.name(), topic.partitions(), (short) -1)
                    .configs(
                        Map.of(
                            TopicConfig.RETENTION_MS_CONFIG,
                            Long.toString(topic.retention().toMillis()))))
        .toList();
  }

  private static void await(String topic, KafkaFuture<Void> creation) {
    try {
      creation.get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)
          && !(e.getCause() instanceof AuthorizationException)) {
        LOG.warnf("Topic %s was not created: %s", topic, e.getCause().getMessage());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while creating topic " + topic, e);
    }
  }
}
