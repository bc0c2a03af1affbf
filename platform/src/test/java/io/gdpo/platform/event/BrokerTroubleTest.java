package io.gdpo.platform.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.contracts.event.JobCancelRequested;
import io.gdpo.contracts.topic.TopicRights.Right;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.embedded.BrokerGuard;
import io.gdpo.embedded.EmbeddedBroker;
import io.gdpo.embedded.ServerCertificate;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.assertj.core.api.AbstractThrowableAssert;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a real broker refuses is told with who was refused, what is needed and where to set it. */
@Timeout(60)
class BrokerTroubleTest {
  private static final String PASSWORD = "5ecret-of-the-service";

  @TempDir private static Path folder;

  private static BrokerGuard guard;
  private static EmbeddedBroker broker;
  private static Admin admin;

  @BeforeAll
  static void start() throws Exception {
    guard =
        new BrokerGuard(
            ServerCertificate.make(folder.resolve("certificates"), "broker"),
            "administrator",
            "5ecret-of-the-administrator",
            "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    broker = EmbeddedBroker.start(folder.resolve("kafka"), 0, guard);
    admin = Admin.create(reached(guard.client("administrator", "5ecret-of-the-administrator")));
    admin.createTopics(List.of(new NewTopic(Topics.JOBS, 1, (short) 1))).all().get();
    user("trainer-service", PASSWORD);
  }

  private static void user(String name, String password) throws Exception {
    admin
        .alterUserScramCredentials(
            List.of(
                new UserScramCredentialUpsertion(
                    name, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), password)))
        .all()
        .get();
  }

  private static void allowToWrite(String user) throws Exception {
    admin
        .createAcls(
            List.of(
                new AclBinding(
                    new ResourcePattern(ResourceType.TOPIC, Topics.JOBS, PatternType.LITERAL),
                    new AccessControlEntry(
                        "User:" + user, "*", AclOperation.WRITE, AclPermissionType.ALLOW))))
        .all()
        .get();
  }

  @AfterAll
  static void stop() {
    admin.close();
    broker.close();
  }

  @Test
  void a_right_that_lacks_is_named_with_the_user_and_the_topic() {
    refused(guard.client("trainer-service", PASSWORD))
        .hasMessage(
            "An event for topic gdpo.jobs was not taken by the broker: user 'trainer-service' may"
                + " not do that; a rule (ACL) of the broker must allow it Write on topic gdpo.jobs,"
                + " see docs/how-to/secure.md");
  }

  @Test
  void a_group_that_may_not_be_joined_is_named() {
    assertThat(
            BrokerTrouble.of(guard.client("trainer-service", PASSWORD))
                .words(GroupAuthorizationException.forGroupId("trainer-service.jobs"), Right.WRITE))
        .contains("Read on group trainer-service.jobs");
  }

  @Test
  void a_wrong_password_is_told_as_one_and_never_said() {
    refused(guard.client("trainer-service", "another 5ecret"))
        .hasMessageContaining(
            "it does not let user 'trainer-service' in; see the name and the password in"
                + " kafka.sasl.jaas.config");
  }

  @Test
  void a_certificate_that_nobody_trusts_is_told_as_one() {
    Map<String, Object> client = new HashMap<>(guard.client("trainer-service", PASSWORD));
    client.put(
        SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG,
        ServerCertificate.make(folder.resolve("others"), "other").certificate().toString());
    refused(client)
        .hasMessageContaining("who signed its certificate belongs into kafka.ssl.truststore")
        .hasMessageContaining("path");
  }

  @Test
  void a_producer_that_was_not_let_in_sends_once_it_is() throws Exception {
    String password = "5ecret-of-tomorrow";
    try (EventProducer producer =
        new EventProducer(reached(guard.client("rotated", password)), "/trainer-service")) {
      user("rotated", "5ecret-of-today");
      JobCancelRequested event = new JobCancelRequested("j", "by a test");
      assertThatThrownBy(() -> producer.send(event)).isInstanceOf(EventNotSentException.class);
      user("rotated", password);
      allowToWrite("rotated");
      Awaitility.await()
          .ignoreExceptionsInstanceOf(EventNotSentException.class)
          .untilAsserted(() -> producer.send(event));
    }
  }

  private static AbstractThrowableAssert<?, ?> refused(Map<String, Object> client) {
    try (EventProducer producer = new EventProducer(reached(client), "/trainer-service")) {
      return assertThatThrownBy(() -> producer.send(new JobCancelRequested("j", "by a test")))
          .isInstanceOf(EventNotSentException.class)
          .hasMessageNotContaining("5ecret");
    }
  }

  private static Map<String, Object> reached(Map<String, Object> client) {
    Map<String, Object> all = new HashMap<>(client);
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
    return all;
  }
}
