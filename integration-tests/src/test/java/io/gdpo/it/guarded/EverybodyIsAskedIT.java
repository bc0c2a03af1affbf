package io.gdpo.it.guarded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.contracts.topic.TopicRights;
import io.gdpo.contracts.topic.TopicRights.Right;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.embedded.EmbeddedDatabase;
import io.gdpo.it.stack.Records;
import io.gdpo.it.stack.TinyExperiment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A system whose broker and database let in whom they know: by TLS, with a password, each service
 * with the rights that the documentation names and no others.
 */
class EverybodyIsAskedIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String NAME = "everybody-asked";

  /** What the system is given and must keep to itself. */
  private static final Map<String, String> SECRETS =
      Map.of(
          "the administrator's password", GuardedInfrastructure.ADMINISTRATOR_PASSWORD,
          "dataset-service's password", "dataset-kafka-5ecret",
          "trainer-service's password", "trainer-kafka-5ecret",
          "evaluator-service's password", "evaluator-kafka-5ecret",
          "the client's password", "client-kafka-5ecret",
          "the Hub's token", "hub-t0ken-5ecret",
          "the store's key", "store-key-5ecret",
          "the issuer's secret", "issuer-5ecret");

  @Test
  void a_service_says_what_it_may_not_loses_nothing_and_goes_on_once_it_may(@TempDir Path folder)
      throws Exception {
    try (GuardedInfrastructure infrastructure = new GuardedInfrastructure(folder)) {
      Map<String, String> secrets = new HashMap<>(SECRETS);
      secrets.put("the database's password", infrastructure.database().password());
      RememberingAuthorizer.forget();
      infrastructure.makeTopics();
      infrastructure.user("dataset-service", "another than it has");
      infrastructure.user("trainer-service", SECRETS.get("trainer-service's password"));
      infrastructure.user("evaluator-service", SECRETS.get("evaluator-service's password"));
      infrastructure.user("client", SECRETS.get("the client's password"));
      rights("dataset-service", infrastructure);
      rights("trainer-service", infrastructure);
      infrastructure.allow("client", "Write", Topics.EXPERIMENTS);
      Topics.all().forEach(topic -> infrastructure.allow("client", "Read", topic.name()));
      infrastructure.allowGroup("client", "it-");
      Map<String, Object> client =
          infrastructure.client("client", SECRETS.get("the client's password"));
      try (WhereSecretsMustNotBe places = new WhereSecretsMustNotBe(secrets);
          GuardedService dataset = service("dataset-service", folder, infrastructure);
          GuardedService trainer = service("trainer-service", folder, infrastructure);
          GuardedService evaluator = service("evaluator-service", folder, infrastructure);
          Records records = new Records(client)) {
        whoMayNotWriteIsTold(records);
        untilReady(trainer);
        records.send(
            Topics.EXPERIMENTS,
            NAME,
            "ExperimentSubmitted",
            "{\"spec\": " + TinyExperiment.oneStage(NAME) + "}");
        records.await("DatasetRequested", LIMIT, record -> record.is("DatasetRequested"));

        says(
            dataset,
            "The broker does not answer, and events wait: it does not let user 'dataset-service'"
                + " in; see the name and the password in kafka.sasl.jaas.config");
        infrastructure.user("dataset-service", SECRETS.get("dataset-service's password"));
        records.await("DatasetReady", LIMIT, record -> record.is("DatasetReady"));

        says(
            evaluator,
            "The broker does not allow user 'evaluator-service' what this service needs: Read on"
                + " topic gdpo.checkpoints; Write on topic gdpo.checkpoints; ",
            "; Read on group evaluator-service.checkpoints; Read on group"
                + " evaluator-service.evaluations. Events wait until its rules (ACLs) do");
        TopicRights its = TopicRights.of("evaluator-service").orElseThrow();
        its.onTopics()
            .keySet()
            .forEach(topic -> infrastructure.allow(its.service(), Right.READ.word(), topic));
        infrastructure.allowGroup(its.service(), its.groupPrefix());
        says(
            evaluator,
            "Events wait in the outbox until they can be sent: An event for topic"
                + " gdpo.evaluations was not taken by the broker: user 'evaluator-service' may write"
                + " to no topic; a rule (ACL) of the broker must allow it Write, see"
                + " docs/how-to/secure.md");
        assertThat(count("evaluator", "select count(*) from outbox", infrastructure)).isPositive();
        rights("evaluator-service", infrastructure);

        Records.Seen finished =
            records.await("ExperimentFinished", LIMIT, record -> record.is("ExperimentFinished"));
        assertThat(finished.at("/status")).as(finished.text()).isEqualTo("SUCCEEDED");
        assertThat(records.all(record -> record.is("EvaluationCompleted"))).hasSize(1);
        assertThat(count("evaluator", "select count(*) from outbox", infrastructure)).isZero();
        nothingWasRefusedThatIsDeclared();
        everyConnectionIsEncrypted(infrastructure);
        nobodyFindsASecret(places, folder, client, infrastructure);
      }
    }
  }

  private static GuardedService service(
      String name, Path folder, GuardedInfrastructure infrastructure) {
    return new GuardedService(
        name,
        folder,
        infrastructure,
        infrastructure.client(name, SECRETS.get(name + "'s password")),
        Map.of(
            "HF_TOKEN", SECRETS.get("the Hub's token"),
            "AWS_SECRET_ACCESS_KEY", SECRETS.get("the store's key"),
            "QUARKUS_OIDC_CREDENTIALS_SECRET", SECRETS.get("the issuer's secret")));
  }

  private static void rights(String service, GuardedInfrastructure infrastructure) {
    infrastructure.allow(TopicRights.of(service).orElseThrow());
  }

  private static void whoMayNotWriteIsTold(Records client) {
    assertThatThrownBy(() -> client.send(Topics.JOBS, "j", "JobCancelRequested", "{}"))
        .rootCause()
        .isInstanceOf(TopicAuthorizationException.class)
        .hasMessage("Not authorized to access topics: [gdpo.jobs]");
    assertThat(RememberingAuthorizer.refused()).contains("client Write Topic gdpo.jobs");
  }

  /** Under its declared rights a service wants for nothing but what it can do without. */
  private static void nothingWasRefusedThatIsDeclared() {
    Set<String> refused = new TreeSet<>(RememberingAuthorizer.refused());
    refused.removeIf(action -> action.startsWith("evaluator-service "));
    refused.removeIf(action -> action.contains(" Create Topic "));
    refused.remove("client Write Topic gdpo.jobs");
    assertThat(refused).isEmpty();
    assertThat(RememberingAuthorizer.allowed())
        .as("what services do by these rights")
        .contains(
            "dataset-service Read Topic gdpo.datasets",
            "dataset-service Read Group dataset-service.datasets",
            "dataset-service Write Topic gdpo.datasets",
            "trainer-service Write Topic gdpo.checkpoints",
            "evaluator-service Read Topic gdpo.checkpoints",
            "evaluator-service Write Topic gdpo.evaluations");
  }

  private static void everyConnectionIsEncrypted(GuardedInfrastructure infrastructure)
      throws SQLException {
    String connections =
        "select count(*) from pg_stat_ssl join pg_stat_activity using (pid)"
            + " where client_addr is not null";
    assertThat(count("trainer", connections + " and ssl", infrastructure)).isGreaterThan(2);
    assertThat(count("trainer", connections + " and not ssl", infrastructure)).isZero();
  }

  private static void nobodyFindsASecret(
      WhereSecretsMustNotBe places,
      Path folder,
      Map<String, Object> client,
      GuardedInfrastructure infrastructure)
      throws IOException, SQLException {
    // The servers' own folders: users' passwords are theirs to keep, and rows are looked at below.
    List<Path> servers =
        List.of(
            folder.resolve("kafka"), folder.resolve("postgres"), folder.resolve("certificates"));
    assertThat(places.lookAtFiles(folder, servers)).as("files").isGreaterThan(20);
    assertThat(places.lookAtRecords(client)).as("records").isGreaterThan(8);
    for (String database : List.of("dataset", "trainer", "evaluator")) {
      assertThat(
              places.lookAtRows(
                  infrastructure.database().jdbcUrl(database),
                  EmbeddedDatabase.USER,
                  infrastructure.database().password()))
          .as("values of " + database)
          .isGreaterThan(20);
    }
    assertThat(places.processes()).as("processes").isGreaterThan(6);
    assertThat(places.found()).isEmpty();
  }

  private static long count(String database, String query, GuardedInfrastructure infrastructure)
      throws SQLException {
    EmbeddedDatabase server = infrastructure.database();
    try (Connection connection =
            DriverManager.getConnection(
                server.jdbcUrl(database), EmbeddedDatabase.USER, server.password());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void says(GuardedService service, String... words) {
    for (String text : words) {
      until("'" + text + "' in:\n" + service.said(), () -> service.said().contains(text));
    }
  }

  private static void untilReady(GuardedService service) {
    try {
      until("it is ready", () -> !service.isAlive() || isReady(service));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("It does not get ready. It said:\n" + service.said(), e);
    }
    assertThat(service.isAlive()).as(service.said()).isTrue();
  }

  private static boolean isReady(GuardedService service) throws InterruptedException {
    if (service.url().isEmpty()) {
      return false;
    }
    HttpRequest question =
        HttpRequest.newBuilder(URI.create(service.url().orElseThrow() + "/q/health/ready"))
            .timeout(Duration.ofSeconds(5))
            .build();
    try {
      return HttpClient.newHttpClient()
              .send(question, HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static void until(String what, Callable<Boolean> holds) {
    Awaitility.await(what).atMost(LIMIT).pollInterval(Duration.ofMillis(100)).until(holds);
  }
}
