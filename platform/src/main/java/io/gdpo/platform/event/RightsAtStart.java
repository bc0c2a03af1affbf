package io.gdpo.platform.event;

import io.gdpo.contracts.topic.TopicRights;
import io.gdpo.contracts.topic.TopicRights.Right;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/**
 * Whether the broker allows this service what it does there ({@link TopicRights}). What it lacks is
 * told in one line when the service starts, and not only when an event waits for it.
 */
@ApplicationScoped
class RightsAtStart {
  private static final Logger LOG = Logger.getLogger(RightsAtStart.class);
  private static final Pattern GROUP =
      Pattern.compile("mp\\.messaging\\.incoming\\.[^.]+\\.group\\.id");
  private static final Map<Right, AclOperation> OPERATIONS =
      new EnumMap<>(Map.of(Right.READ, AclOperation.READ, Right.WRITE, AclOperation.WRITE));

  private final KafkaConnection kafka;
  private final Config config;

  RightsAtStart(KafkaConnection kafka, Config config) {
    this.kafka = kafka;
    this.config = config;
  }

  /** Asks a broker that answers, and tells what is lacking. */
  void compare(Admin admin) {
    List<String> lacking = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    TopicRights.of(config.getValue("quarkus.application.name", String.class))
        .ifPresent(rights -> topics(admin, rights.onTopics(), lacking, missing));
    groups(admin, lacking);
    if (!lacking.isEmpty()) {
      LOG.warnf(
          "The broker does not allow %s what this service needs: %s. Events wait until its rules"
              + " (ACLs) do: docs/how-to/secure.md",
          kafka.trouble().who(), String.join("; ", lacking));
    }
    if (!missing.isEmpty()) {
      LOG.warnf(
          "There is no topic %s, and it was not made: make it, or let services do so"
              + " (docs/how-to/secure.md)",
          String.join(", ", missing));
    }
  }

  private static void topics(
      Admin admin, Map<String, Set<Right>> needed, List<String> lacking, List<String> missing) {
    Map<String, KafkaFuture<TopicDescription>> described =
        admin
            .describeTopics(
                needed.keySet(), new DescribeTopicsOptions().includeAuthorizedOperations(true))
            .topicNameValues();
    needed.forEach(
        (topic, rights) -> {
          Answer<TopicDescription> answer = Answer.of(described.get(topic));
          Set<AclOperation> allowed = answer.allowed(TopicDescription::authorizedOperations);
          rights.stream()
              .filter(right -> !allowed.contains(OPERATIONS.get(right)))
              .forEach(right -> lacking.add(right.word() + " on topic " + topic));
          if (answer.failure() instanceof UnknownTopicOrPartitionException) {
            missing.add(topic);
          }
        });
  }

  private void groups(Admin admin, List<String> lacking) {
    List<String> groups =
        StreamSupport.stream(config.getPropertyNames().spliterator(), false)
            .filter(name -> GROUP.matcher(name).matches())
            .map(name -> config.getValue(name, String.class))
            .distinct()
            .sorted()
            .toList();
    Map<String, KafkaFuture<ConsumerGroupDescription>> described =
        admin
            .describeConsumerGroups(
                groups, new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
            .describedGroups();
    groups.stream()
        .filter(
            group ->
                !Answer.of(described.get(group))
                    .allowed(ConsumerGroupDescription::authorizedOperations)
                    .contains(AclOperation.READ))
        .forEach(group -> lacking.add(Right.READ.word() + " on group " + group));
  }

  /**
   * What the broker said, or why not.
   *
   * @param told null if there is a failure
   * @param failure null if there is none
   */
  private record Answer<T>(T told, Throwable failure) {

    static <T> Answer<T> of(KafkaFuture<T> asked) {
      try {
        return new Answer<>(asked.get(), null);
      } catch (ExecutionException e) {
        return new Answer<>(null, e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while the broker was asked for rights", e);
      }
    }

    /** Everything where the broker does not tell: only a refusal is one. */
    Set<AclOperation> allowed(Function<T, Set<AclOperation>> operations) {
      if (failure instanceof AuthorizationException) {
        return Set.of();
      }
      Set<AclOperation> allowed = failure == null ? operations.apply(told) : null;
      return allowed == null ? EnumSet.allOf(AclOperation.class) : allowed;
    }
  }
}
