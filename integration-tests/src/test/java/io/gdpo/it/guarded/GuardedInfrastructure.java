package io.gdpo.it.guarded;

import io.gdpo.contracts.topic.TopicRights;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.embedded.BrokerGuard;
import io.gdpo.embedded.EmbeddedBroker;
import io.gdpo.embedded.EmbeddedDatabase;
import io.gdpo.embedded.ServerCertificate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** A broker and a database as on a network: by TLS, with users, each with its rights alone. */
final class GuardedInfrastructure implements AutoCloseable {
  static final String ADMINISTRATOR_PASSWORD = "adm1n-0f-the-broker-5ecret";

  private final ServerCertificate certificate;
  private final BrokerGuard guard;
  private final EmbeddedBroker broker;
  private final EmbeddedDatabase database;
  private final Admin admin;

  GuardedInfrastructure(Path folder) {
    certificate = ServerCertificate.make(folder.resolve("certificates"), "servers");
    guard =
        new BrokerGuard(
            certificate,
            "administrator",
            ADMINISTRATOR_PASSWORD,
            RememberingAuthorizer.class.getName());
    CompletableFuture<EmbeddedDatabase> starting =
        CompletableFuture.supplyAsync(
            () -> EmbeddedDatabase.start(folder.resolve("postgres"), 0, false, certificate));
    broker = EmbeddedBroker.start(folder.resolve("kafka"), 0, guard);
    database = starting.join();
    admin = Admin.create(client("administrator", ADMINISTRATOR_PASSWORD));
  }

  ServerCertificate certificate() {
    return certificate;
  }

  EmbeddedDatabase database() {
    return database;
  }

  /** The settings of a Kafka client that is somebody. */
  Map<String, Object> client(String user, String password) {
    Map<String, Object> client = new HashMap<>(guard.client(user, password));
    client.put("bootstrap.servers", broker.bootstrapServers());
    return client;
  }

  void makeTopics() {
    done(
        admin
            .createTopics(
                Topics.all().stream()
                    .map(topic -> new NewTopic(topic.name(), topic.partitions(), (short) 1))
                    .toList())
            .all());
  }

  /** Makes a user, or gives it another password. */
  void user(String name, String password) {
    done(
        admin
            .alterUserScramCredentials(
                List.of(
                    new UserScramCredentialUpsertion(
                        name,
                        new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                        password.getBytes(StandardCharsets.UTF_8))))
            .all());
  }

  /** Gives a service the rights that are declared for it. */
  void allow(TopicRights rights) {
    List<AclBinding> rules = new ArrayList<>();
    rights
        .onTopics()
        .forEach(
            (topic, allowed) ->
                allowed.forEach(
                    right -> rules.add(onTopic(rights.service(), right.word(), topic))));
    rules.add(
        rule(
            rights.service(),
            "Read",
            new ResourcePattern(ResourceType.GROUP, rights.groupPrefix(), PatternType.PREFIXED)));
    done(admin.createAcls(rules).all());
  }

  void allow(String user, String right, String topic) {
    done(admin.createAcls(List.of(onTopic(user, right, topic))).all());
  }

  void allowGroup(String user, String group) {
    done(
        admin
            .createAcls(
                List.of(
                    rule(
                        user,
                        "Read",
                        new ResourcePattern(ResourceType.GROUP, group, PatternType.PREFIXED))))
            .all());
  }

  private static AclBinding onTopic(String user, String right, String topic) {
    return rule(user, right, new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL));
  }

  private static AclBinding rule(String user, String right, ResourcePattern on) {
    return new AclBinding(
        on,
        new AccessControlEntry(
            "User:" + user, "*", AclOperation.fromString(right), AclPermissionType.ALLOW));
  }

  private static void done(KafkaFuture<Void> asked) {
    try {
      asked.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    admin.close();
    broker.close();
    database.close();
  }
}
