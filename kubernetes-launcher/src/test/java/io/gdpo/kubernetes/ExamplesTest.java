package io.gdpo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.StageSpec;
import io.gdpo.platform.launch.LaunchRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What k8s/examples shows is what the launcher does. */
class ExamplesTest {
  private static final Path K8S = Path.of("../k8s");

  @Test
  void the_pod_of_a_trainjob_is_the_launchers() throws IOException {
    JobSpec shown = jobOfTheRuntime();
    LaunchRequest request =
        new LaunchRequest(
            "train-riverside-sft-1",
            List.of("train", "--job", "file:/artifacts/job.json"),
            Path.of("unused.log"),
            LaunchRequest.Needs.ofProcessors(2).withGrace(Duration.ofMinutes(1)));
    KubernetesSettings settings = settings(K8S.resolve("base/settings/application.properties"));
    JobSpec ours =
        new JobManifest(settings, "trainer-service", List.of())
            .of(request, settings.defaultPool())
            .getSpec();

    Container container = ours.getTemplate().getSpec().getContainers().get(0);
    assertThat(container.getEnv()).containsAll(container(shown).getEnv());
    // What a TrainJob says itself, and what Kubeflow prescribes.
    container.setName("node");
    container.setArgs(List.of());
    container.setResources(null);
    container.setEnv(container(shown).getEnv());
    ours.getPodFailurePolicy().getRules().get(1).getOnExitCodes().setContainerName("node");
    PodSpec pod = shown.getTemplate().getSpec();
    assertThat(pod).isEqualTo(ours.getTemplate().getSpec());
    assertThat(shown.getPodFailurePolicy()).isEqualTo(ours.getPodFailurePolicy());
    assertThat(shown.getPodReplacementPolicy()).isEqualTo(ours.getPodReplacementPolicy());
    assertThat(ours.getTemplate().getMetadata().getLabels())
        .containsAllEntriesOf(shown.getTemplate().getMetadata().getLabels());
  }

  private static Container container(JobSpec job) {
    return job.getTemplate().getSpec().getContainers().get(0);
  }

  private static JobSpec jobOfTheRuntime() throws IOException {
    for (String document :
        Files.readString(K8S.resolve("examples/trainjob.yaml")).split("(?m)^---$")) {
      GenericKubernetesResource resource =
          Serialization.unmarshal(document, GenericKubernetesResource.class);
      if (resource.getKind().equals("ClusterTrainingRuntime")) {
        JsonNode job =
            Json.EVENTS
                .valueToTree(resource.getAdditionalProperties())
                .at("/spec/template/spec/replicatedJobs/0/template/spec");
        return Serialization.unmarshal(job.toString(), JobSpec.class);
      }
    }
    throw new AssertionError("it has no ClusterTrainingRuntime");
  }

  @Test
  void the_pools_that_an_experiment_names_are_in_the_settings_beside_it() throws IOException {
    KubernetesSettings settings = settings(K8S.resolve("examples/application-nodes.properties"));
    ExperimentSpec experiment =
        Json.YAML_SPECS.readValue(
            K8S.resolve("examples/experiment-on-pools.yaml").toFile(), ExperimentSpec.class);

    new Pools(settings); // refuses a verb's pool that there is not
    assertThat(experiment.stages().stream().map(StageSpec::pool).filter(Objects::nonNull).toList())
        .isNotEmpty()
        .allSatisfy(pool -> assertThat(settings.pools()).containsKey(pool));
  }

  private static KubernetesSettings settings(Path file) throws IOException {
    return TestSettings.of(
        Files.readAllLines(file).stream()
            .filter(line -> line.startsWith("gdpo.kubernetes."))
            .map(line -> line.replaceFirst("gdpo\\.kubernetes\\.", ""))
            .collect(Collectors.joining("\n")));
  }
}
