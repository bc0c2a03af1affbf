package io.gdpo.it.customresource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.it.cluster.RealCluster;
import io.gdpo.it.stack.Stack;
import io.gdpo.it.stack.TinyExperiment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Experiments as objects of a real API server, with its own checks of them, trained for real. */
@Tag("kubernetes")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExperimentAsObjectIT {
  private static final Path DEFINITION =
      Path.of("../k8s/components/custom-resource/definition.yaml");
  private static final Duration LIMIT = Duration.ofMinutes(6);

  private static final ResourceDefinitionContext OBJECTS =
      new ResourceDefinitionContext.Builder()
          .withGroup("gdpo.io")
          .withVersion("v1alpha1")
          .withKind("GdpoExperiment")
          .withPlural("gdpoexperiments")
          .withNamespaced(true)
          .build();

  private RealCluster cluster;
  private KubernetesClient client;
  private String namespace;
  private Stack stack;

  @BeforeAll
  void open(@TempDir Path home) throws IOException {
    cluster = new RealCluster();
    client = cluster.client();
    namespace = cluster.namespace();
    try (InputStream definition = Files.newInputStream(DEFINITION)) {
      client.load(definition).items().forEach(it -> client.resource(it).serverSideApply());
    }
    await("the definition is established").atMost(LIMIT).until(this::isEstablished);
    stack =
        Stack.start(
            home,
            Map.of(
                "GDPO_CUSTOM_RESOURCE_ENABLED", "true",
                "GDPO_CUSTOM_RESOURCE_NAMESPACE", namespace,
                "GDPO_CUSTOM_RESOURCE_TELL_EVERY", "1s",
                "GDPO_CUSTOM_RESOURCE_EVALUATOR", "http://evaluator"));
  }

  private boolean isEstablished() {
    try {
      client.genericKubernetesResources(OBJECTS).inNamespace(namespace).list();
      return true;
    } catch (KubernetesClientException e) {
      return false;
    }
  }

  @AfterAll
  void close() {
    if (stack != null) {
      stack.close();
    }
    client
        .genericKubernetesResources(OBJECTS)
        .inNamespace(namespace)
        .list()
        .getItems()
        .forEach(
            it -> {
              it.getMetadata().setFinalizers(null);
              client.resource(it).update();
            });
    cluster.close();
  }

  @Test
  void an_experiment_is_trained_and_its_object_tells_of_it_to_the_end() {
    make(TinyExperiment.quick("trained"));
    JsonNode status = awaitStatus("trained", it -> it.path("state").asText().equals("SUCCEEDED"));

    assertThat(status.path("stagesDone").asText()).isEqualTo("2/2");
    assertThat(status.at("/stages/1/metrics/jsd").isNumber()).isTrue();
    assertThat(status.path("report").asText())
        .isEqualTo("http://evaluator/experiments/trained/report?format=html");
    assertThat(condition(status, "Succeeded").path("status").asText()).isEqualTo("True");
    object("trained").delete();
    await().atMost(LIMIT).until(() -> object("trained").get() == null);
    assertThat(stack.glance("trained").map(ExperimentView::status))
        .as("what was done is kept")
        .contains(ExperimentStatus.SUCCEEDED);
  }

  @Test
  void an_object_is_suspended_resumed_and_deleted_while_it_trains_and_its_service_is_killed() {
    make(TinyExperiment.checkpointed("long", 100_000));
    awaitStatus("long", it -> it.at("/stages/0/step").asLong() > 5);
    suspend("long", true);
    awaitStatus(
        "long",
        it ->
            condition(it, "Suspended").path("status").asText().equals("True")
                && it.path("waitsFor").asText().contains("suspended"));
    assertThat(stack.workers()).isEmpty();

    stack.process("trainer-service").orElseThrow().destroyForcibly();
    suspend("long", false);
    awaitStatus("long", it -> it.at("/stages/0/state").asText().equals("RUNNING"));
    object("long").delete();
    await("the object is gone").atMost(LIMIT).until(() -> object("long").get() == null);
    assertThat(stack.glance("long").map(ExperimentView::status))
        .contains(ExperimentStatus.CANCELLED);
    assertThat(stack.workers()).isEmpty();
  }

  @Test
  void what_is_wrong_is_refused_by_the_API_server_or_told_in_the_status() {
    refused("unknown field", it -> it.put("epoch", 1));
    refused("cannot be used|should match", it -> section(it, "dataset").put("survey", "a.csv"));
    refused("must be metadata.name", it -> it.put("name", "other"));
    refused("Unsupported value", it -> training(it).put("loss", "dpoo"));
    refused("Required value", it -> it.remove("model"));

    make(TinyExperiment.oneStage("wrong").replace("\"samples\": 1", "\"samples\": 0"));
    JsonNode status = awaitStatus("wrong", it -> it.path("state").asText().equals("REFUSED"));
    assertThat(condition(status, "Submitted").path("message").asText())
        .contains("evaluation.samples: must be at least 1, is 0");
    assertThatThrownBy(() -> change("wrong", spec -> spec.put("seed", 2)))
        .hasMessageContaining("seed cannot be changed");
    assertThatThrownBy(() -> change("wrong", spec -> spec.remove("evaluation")))
        .hasMessageContaining("evaluation cannot be changed");
    object("wrong").delete();
    await().atMost(LIMIT).until(() -> object("wrong").get() == null);
  }

  private static ObjectNode section(ObjectNode spec, String name) {
    return (ObjectNode) spec.get(name);
  }

  private static ObjectNode training(ObjectNode spec) {
    return (ObjectNode) spec.at("/stages/0/training");
  }

  private void refused(String words, Consumer<ObjectNode> wrongly) {
    ObjectNode spec = spec(TinyExperiment.oneStage("refused"));
    wrongly.accept(spec);
    assertThatThrownBy(() -> operation("refused", spec).create())
        .isInstanceOf(KubernetesClientException.class)
        .message()
        .containsPattern(words);
  }

  private static ObjectNode spec(String experiment) {
    try {
      return (ObjectNode) Json.SPECS.readTree(experiment);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void make(String experiment) {
    ObjectNode spec = spec(experiment);
    operation(spec.remove("name").asText(), spec).create();
  }

  private NonDeletingOperation<GenericKubernetesResource> operation(String name, ObjectNode spec) {
    GenericKubernetesResource object =
        new GenericKubernetesResourceBuilder()
            .withApiVersion("gdpo.io/v1alpha1")
            .withKind("GdpoExperiment")
            .withNewMetadata()
            .withName(name)
            .withNamespace(namespace)
            .endMetadata()
            .build();
    object.setAdditionalProperty("spec", spec);
    return client.resource(object).fieldValidation(FieldValidateable.Validation.STRICT);
  }

  private void suspend(String name, boolean suspended) {
    change(name, spec -> spec.put("suspend", suspended));
  }

  private void change(String name, Consumer<ObjectNode> change) {
    object(name)
        .edit(
            object -> {
              ObjectNode spec =
                  Json.SPECS.valueToTree(object.getAdditionalProperties().get("spec"));
              change.accept(spec);
              object.setAdditionalProperty("spec", spec);
              return object;
            });
  }

  private JsonNode awaitStatus(String name, Predicate<JsonNode> holds) {
    return await("the status of " + name).atMost(LIMIT).until(() -> status(name), holds);
  }

  private JsonNode status(String name) {
    return Json.EVENTS.valueToTree(object(name).require().getAdditionalProperties()).path("status");
  }

  private static JsonNode condition(JsonNode status, String type) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return Json.EVENTS.createObjectNode();
  }

  private Resource<GenericKubernetesResource> object(String name) {
    return client.genericKubernetesResources(OBJECTS).inNamespace(namespace).withName(name);
  }
}
