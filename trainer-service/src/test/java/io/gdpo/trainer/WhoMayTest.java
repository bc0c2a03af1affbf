package io.gdpo.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.event.ExperimentCancelRequested;
import io.gdpo.contracts.event.ExperimentSubmitted;
import io.gdpo.contracts.event.JobCancelRequested;
import io.gdpo.contracts.event.JobQueued;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.trainer.support.ExperimentYaml;
import io.gdpo.trainer.support.TestBroker;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.test.oidc.server.OidcWiremockTestResource;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.smallrye.jwt.build.Jwt;
import java.io.IOException;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** With an issuer named, nobody does what is not theirs to do; tokens are signed by real keys. */
@QuarkusTest
@TestProfile(WhoMayTest.Asked.class)
@WithTestResource(OidcWiremockTestResource.class)
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "trainer"))
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WhoMayTest {
  private static final String ISSUER = "https://server.example.com";

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  private TestBroker broker;

  /** A service that asks. */
  public static class Asked implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "quarkus.oidc.auth-server-url", "${keycloak.url}/realms/quarkus",
          "gdpo.security.trusted-topics", Topics.EXPERIMENTS,
          "gdpo.security.submissions-per-minute", "6");
    }
  }

  @BeforeAll
  void listen() {
    broker = new TestBroker(bootstrapServers);
  }

  @AfterAll
  void hangUp() throws InterruptedException {
    broker.close();
  }

  @Test
  void who_brings_no_token_or_one_that_is_not_good_is_told_how_to_get_one() {
    refused(given(), 401, "get one with 'gdpo login'")
        .header("WWW-Authenticate", equalTo("Bearer"));
    refused(
            by(token("ana", "viewer", "gdpo", Instant.now().minusSeconds(3600))),
            401,
            "has expired")
        .header("WWW-Authenticate", containsString("invalid_token"));
    refused(by(token("ana", "viewer", "another", Instant.now().plusSeconds(60))), 401, "not valid");
    refused(by("nonsense"), 401, "not valid");
  }

  @Test
  void a_token_that_somebody_else_signed_is_not_believed() throws NoSuchAlgorithmException {
    PrivateKey other = KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate();
    String token =
        Jwt.preferredUserName("ana")
            .groups(Set.of("operator"))
            .issuer(ISSUER)
            .audience("gdpo")
            .jws()
            .keyId("1")
            .sign(other);
    refused(by(token), 401, "not valid").body("detail", not(containsString(token)));
  }

  @Test
  void a_role_that_is_too_low_or_none_is_told_which_may() {
    as("guest", "guest").get("/experiments").then().statusCode(403);
    as("vera", "viewer").get("/experiments").then().statusCode(200);
    refused(as("vera", "viewer").body(yaml("by-viewer")).post("/experiments").then(), 403)
        .body("detail", containsString("a researcher asks for experiments"));
  }

  @Test
  void an_experiment_is_its_owners_and_operators_to_change() {
    as("ana", "researcher")
        .body(yaml("anas"))
        .post("/experiments")
        .then()
        .statusCode(201)
        .body("owner", equalTo("ana"));
    for (String change : List.of("suspend", "resume", "cancel")) {
      refused(as("ben", "researcher").post("/experiments/anas/" + change).then(), 403)
          .body("detail", allOf(containsString("'anas' is ana's"), containsString("you are ben")));
    }
    as("ben", "researcher").body(yaml("anas")).post("/experiments").then().statusCode(200);
    as("ana", "researcher").post("/experiments/anas/suspend").then().statusCode(200);
    as("olga", "operator").post("/experiments/anas/resume").then().statusCode(200);
    as("ana", "researcher").post("/experiments/anas/cancel").then().statusCode(200);
  }

  @Test
  void a_job_is_its_experiments_owners() {
    as("ana", "researcher").body(yaml("anas-job")).post("/experiments").then().statusCode(201);
    String dataset =
        await()
            .until(
                () -> as("ana", "viewer").get("/experiments/anas-job").path("dataset_id"),
                id -> id != null);
    broker.send(new DatasetReady(dataset, "file:/nowhere/" + dataset, Map.of("train", 4L)));
    String job = broker.expect(JobQueued.class, it -> it.experiment().equals("anas-job")).jobId();
    refused(as("ben", "researcher").post("/jobs/" + job + "/cancel").then(), 403)
        .body("detail", containsString("of ana's experiment 'anas-job'"));
    broker.send(new JobCancelRequested(job, "by anybody"));
    assertThat(broker.expectDeadLetter(Topics.JOBS, job)).contains("and you are kafka");
    as("ana", "researcher").post("/jobs/" + job + "/cancel").then().statusCode(200);
  }

  @Test
  void the_owner_that_an_event_names_is_believed_on_a_trusted_topic_only() throws IOException {
    broker.sendFrom("ana", new ExperimentSubmitted(spec("anas-by-event")));
    broker.send(new ExperimentSubmitted(spec("of-kafka")));
    owner("anas-by-event", "ana");
    owner("of-kafka", "kafka");
    broker.sendFrom("ben", new ExperimentCancelRequested("anas-by-event"));
    assertThat(broker.expectDeadLetter(Topics.EXPERIMENTS, "anas-by-event"))
        .contains("'anas-by-event' is ana's, and you are ben");
  }

  @Test
  void who_asks_for_too_much_waits_and_others_do_not() {
    for (int i = 0; i < 6; i++) {
      as("flo", "researcher").body("{}").post("/experiments").then().statusCode(400);
    }
    refused(as("flo", "researcher").body("{}").post("/experiments").then(), 429)
        .header("Retry-After", Integer::parseInt, greaterThan(0))
        .body("detail", startsWith("More than 6 submissions"));
    as("ida", "researcher").body("{}").post("/experiments").then().statusCode(400);
  }

  @Test
  void a_body_of_50_megabytes_is_refused_in_words() {
    refused(as("ida", "researcher").body(" ".repeat(50_000_000)).post("/experiments").then(), 413)
        .body("detail", containsString("more than 1000000 bytes"));
  }

  @Test
  void who_scrapes_and_probes_needs_no_token() {
    given().get("/q/health/live").then().statusCode(200);
    given().get("/q/metrics").then().statusCode(200);
    assertThat(given().get("/.well-known/oauth-protected-resource").asString())
        .contains("\"authorization_servers\":[\"http", "/realms/quarkus\"]");
  }

  private static void owner(String experiment, String owner) {
    await()
        .untilAsserted(
            () ->
                as("vera", "viewer")
                    .get("/experiments/" + experiment)
                    .then()
                    .statusCode(200)
                    .body("owner", equalTo(owner)));
  }

  private static ValidatableResponse refused(RequestSpecification asking, int status, String why) {
    return refused(asking.get("/experiments").then(), status).body("detail", containsString(why));
  }

  private static ValidatableResponse refused(ValidatableResponse answer, int status) {
    return answer
        .statusCode(status)
        .contentType("application/problem+json")
        .body("status", equalTo(status));
  }

  private static RequestSpecification as(String name, String role) {
    return by(token(name, role, "gdpo", Instant.now().plusSeconds(600)))
        .contentType("application/json");
  }

  private static RequestSpecification by(String token) {
    return given().auth().oauth2(token);
  }

  private static String token(String name, String role, String audience, Instant until) {
    return Jwt.preferredUserName(name)
        .groups(Set.of(role))
        .issuer(ISSUER)
        .audience(audience)
        .issuedAt(until.minusSeconds(3600))
        .expiresAt(until)
        .jws()
        .keyId("1")
        .sign("privateKey.jwk");
  }

  private static ExperimentSpec spec(String name) throws IOException {
    return Json.YAML_SPECS.readValue(text(name), ExperimentSpec.class);
  }

  private static String yaml(String name) {
    try {
      return Json.EVENTS.writeValueAsString(Json.YAML_SPECS.readTree(text(name)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(String name) {
    return ExperimentYaml.of(name, "file:/nowhere/" + name + ".jsonl", List.of("sft"));
  }
}
