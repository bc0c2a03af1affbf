package io.gdpo.trainer.customresource;

import static io.gdpo.trainer.support.Service.submitYaml;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.gdpo.contracts.event.DatasetCancelRequested;
import io.gdpo.contracts.event.DatasetCancelled;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.platform.security.Caller;
import io.gdpo.trainer.experiment.Experiments;
import io.gdpo.trainer.support.ExperimentYaml;
import io.gdpo.trainer.support.TestBroker;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Objects of fabric8's test server; what a real API server does is tried by profile kubernetes. */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "trainer"))
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExperimentObjectsTest {
  private static final String SERVICE = "trainer-service";
  private static final Path ACCESS = Path.of("../k8s/components/custom-resource/access.yaml");
  private static final Pattern REQUEST =
      Pattern.compile("/apis/gdpo.io/v1alpha1/namespaces/test/gdpoexperiments(/[^/?]+)?(/status)?");

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  @Inject Experiments experiments;

  private TestBroker broker;
  private KubernetesMockServer server;
  private KubernetesClient client;

  /** The service's own, known by its name from the tests' client. */
  private KubernetesClient looking;

  private ExperimentObjects objects;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @BeforeAll
  void open() {
    broker = new TestBroker(bootstrapServers);
    server =
        new KubernetesMockServer(
            new Context(),
            new MockWebServer(),
            new HashMap<>(),
            new KubernetesCrudDispatcher(
                List.of(
                    new CustomResourceDefinitionContext.Builder()
                        .withGroup(ExperimentDefinition.GROUP)
                        .withVersion(ExperimentDefinition.VERSION)
                        .withKind(ExperimentDefinition.KIND)
                        .withPlural(ExperimentDefinition.PLURAL)
                        .withScope("Namespaced")
                        .withStatusSubresource(true)
                        .build())),
            false);
    server.init();
    client = server.createClient();
    looking =
        new KubernetesClientBuilder()
            .withConfig(new ConfigBuilder(client.getConfiguration()).withUserAgent(SERVICE).build())
            .build();
    objects =
        new ExperimentObjects(
            looking,
            "test",
            experiments,
            Caller.ANYBODY,
            new StatusTeller(Optional.of("http://evaluator/")),
            Duration.ofSeconds(15),
            () -> now);
  }

  @AfterAll
  void close() throws InterruptedException {
    looking.close();
    client.close();
    server.destroy();
    broker.close();
  }

  @Test
  void an_object_is_submitted_and_tells_how_its_experiment_stands() {
    make("object", "");
    objects.pass();

    assertThat(experiments.find("object")).isPresent();
    ResourceStatus status = status("object");
    assertThat(status.is(ResourceStatus.SUBMITTED)).isTrue();
    assertThat(status.condition(ResourceStatus.SUCCEEDED).map(Condition::getStatus))
        .contains("Unknown");
    assertThat(status.stagesDone()).isEqualTo("0/2");
    assertThat(status.stages())
        .extracting(ResourceStatus.Stage::name)
        .containsExactly("sft", "dpo");
    assertThat(status.report()).isEqualTo("http://evaluator/experiments/object/report?format=html");
  }

  @Test
  void an_object_that_is_made_suspended_is_submitted_when_it_is_resumed() {
    make("late", "suspend: true");
    objects.pass();

    assertThat(experiments.find("late")).isEmpty();
    assertThat(status("late").state()).isEqualTo("SUSPENDED");
    assertThat(status("late").is(ResourceStatus.SUSPENDED)).isTrue();

    suspend("late", false);
    objects.pass();
    assertThat(experiments.find("late")).isPresent();
  }

  @Test
  void a_change_of_suspend_counts_once_and_not_against_what_rest_asks_later() {
    make("changed", "");
    objects.pass();
    suspend("changed", true);
    objects.pass();
    assertThat(isSuspended("changed")).isTrue();
    assertThat(status("changed").is(ResourceStatus.SUSPENDED)).isTrue();

    given().post("/experiments/changed/resume").then().statusCode(200);
    objects.pass();
    assertThat(isSuspended("changed")).as("REST asked last").isFalse();
  }

  @Test
  void an_object_that_is_deleted_is_gone_when_its_experiment_is_over() {
    make("deleted", "");
    objects.pass();
    awaitStatus("deleted", ExperimentStatus.WAITING_FOR_DATASET);
    object("deleted").delete();
    objects.pass();
    assertThat(object("deleted").get()).as("its finalizer holds it").isNotNull();

    DatasetCancelRequested asked =
        broker.expect(DatasetCancelRequested.class, e -> "deleted".equals(e.requestedBy()));
    broker.send(new DatasetCancelled(asked.datasetId(), "deleted", "cancelled on request"));
    awaitStatus("deleted", ExperimentStatus.CANCELLED);
    objects.pass();
    assertThat(object("deleted").get()).isNull();
    assertThat(experiments.find("deleted")).as("what was done is kept").isPresent();
  }

  @Test
  void what_is_wrong_with_an_object_stands_in_its_status_and_it_is_not_asked_again() {
    make("wrong", "evaluation: {samples: 0, top_p: 3}");
    objects.pass();
    objects.pass();

    assertThat(experiments.find("wrong")).isEmpty();
    assertThat(status("wrong").state()).isEqualTo("REFUSED");
    assertThat(status("wrong").condition(ResourceStatus.SUBMITTED).orElseThrow().getMessage())
        .contains("evaluation.samples: must be at least 1, is 0")
        .contains("evaluation.top_p: must be above 0");
    object("wrong").delete();
    objects.pass();
    assertThat(object("wrong").get()).isNull();
  }

  @Test
  void an_object_whose_name_is_taken_is_refused_and_its_deletion_ends_nothing() {
    submitYaml(ExperimentYaml.of("taken", List.of("sft"))).then().statusCode(201);
    make("taken", "");
    objects.pass();
    assertThat(status("taken").condition(ResourceStatus.SUBMITTED).orElseThrow().getMessage())
        .contains("with another specification");

    object("taken").delete();
    objects.pass();
    assertThat(object("taken").get()).isNull();
    assertThat(experiments.find("taken").orElseThrow().status().isTerminal()).isFalse();
  }

  @Test
  void what_only_training_changes_is_told_seldom() {
    make("seldom", "", "slow");
    objects.pass();
    DatasetRequested requested =
        broker.expect(DatasetRequested.class, e -> "seldom".equals(e.requestedBy()));
    broker.send(new DatasetReady(requested.datasetId(), "file:/datasets/x", Map.of()));
    await()
        .until(() -> experiments.find("seldom").orElseThrow().stages().get(0).progress() != null);
    objects.pass();
    assertThat(status("seldom").training()).isEqualTo("slow 5/10");

    tellTraining("seldom", "slow 3/10"); // as if that had been told, and it has gone on since
    now = now.plusSeconds(14);
    objects.pass();
    assertThat(status("seldom").training()).isEqualTo("slow 3/10");
    now = now.plusSeconds(1);
    objects.pass();
    assertThat(status("seldom").training()).isEqualTo("slow 5/10");

    experiments.cancel("seldom", Caller.ANYBODY);
    awaitStatus("seldom", ExperimentStatus.CANCELLED);
    objects.pass();
    assertThat(status("seldom").state()).as("an end is told at once").isEqualTo("CANCELLED");
  }

  private void tellTraining(String name, String course) {
    GenericKubernetesResource it = object(name).get();
    @SuppressWarnings("unchecked")
    Map<String, Object> status = (Map<String, Object>) it.getAdditionalProperties().get("status");
    status.put("training", course);
    client
        .genericKubernetesResources(ExperimentDefinition.CONTEXT)
        .inNamespace("test")
        .resource(it)
        .updateStatus();
  }

  @Test
  void what_is_asked_of_the_API_server_is_what_the_role_allows_and_no_less() throws Exception {
    make("asks", "");
    objects.pass();
    Set<String> asked = new TreeSet<>();
    RecordedRequest request;
    while ((request = server.takeRequest(0, TimeUnit.SECONDS)) != null) {
      if (SERVICE.equals(request.getHeader("User-Agent"))) {
        asked.add(right(request));
      }
    }

    Set<String> given = new TreeSet<>();
    for (String document : Files.readString(ACCESS).split("(?m)^---$")) {
      if (document.contains("\nkind: Role\n")) {
        for (PolicyRule rule : Serialization.unmarshal(document, Role.class).getRules()) {
          rule.getVerbs().forEach(verb -> given.add(verb + " " + rule.getResources().get(0)));
        }
      }
    }
    assertThat(asked).isEqualTo(given);
  }

  private static String right(RecordedRequest request) {
    Matcher path = REQUEST.matcher(request.getPath());
    assertThat(path.matches()).as(request.getPath()).isTrue();
    String verb =
        switch (request.getMethod()) {
          case "GET" -> path.group(1) == null ? "list" : "get";
          case "PUT" -> "update";
          default -> request.getMethod();
        };
    return verb + " gdpoexperiments" + (path.group(2) == null ? "" : path.group(2));
  }

  private boolean isSuspended(String name) {
    return Boolean.TRUE.equals(experiments.find(name).orElseThrow().suspended());
  }

  private void awaitStatus(String name, ExperimentStatus status) {
    await().until(() -> experiments.find(name).orElseThrow().status() == status);
  }

  private void make(String name, String more) {
    make(name, more, "sft", "dpo<sft");
  }

  /** Its spec is an experiment file, indented. */
  private void make(String name, String more, String... stages) {
    String file = ExperimentYaml.of(name, List.of(stages)) + more + "\n";
    client
        .genericKubernetesResources(ExperimentDefinition.CONTEXT)
        .inNamespace("test")
        .resource(
            Serialization.unmarshal(
                "apiVersion: gdpo.io/v1alpha1\nkind: GdpoExperiment\nmetadata: {name: "
                    + name
                    + "}\nspec:\n"
                    + file.indent(2),
                GenericKubernetesResource.class))
        .create();
  }

  private void suspend(String name, boolean suspended) {
    GenericKubernetesResource it = object(name).get();
    @SuppressWarnings("unchecked")
    Map<String, Object> spec = (Map<String, Object>) it.getAdditionalProperties().get("spec");
    spec.put("suspend", suspended);
    client
        .genericKubernetesResources(ExperimentDefinition.CONTEXT)
        .inNamespace("test")
        .resource(it)
        .update();
  }

  private ResourceStatus status(String name) {
    return GdpoExperiment.of(object(name).get()).status();
  }

  private Resource<GenericKubernetesResource> object(String name) {
    return client
        .genericKubernetesResources(ExperimentDefinition.CONTEXT)
        .inNamespace("test")
        .withName(name);
  }
}
