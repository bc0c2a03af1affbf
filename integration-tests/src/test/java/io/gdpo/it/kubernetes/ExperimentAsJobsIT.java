package io.gdpo.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageView;
import io.gdpo.it.stack.Gdpo;
import io.gdpo.it.stack.Stack;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo's quick experiment with each plan, build, training and evaluation as a Job of a real API
 * server with Kueue, trained for real: preempted, robbed of a control plane, and with the weights
 * of an undisturbed one.
 */
@Tag("kubernetes")
class ExperimentAsJobsIT {
  private static final String EXPERIMENT = "demo-quick";
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final String namespace = "t" + UUID.randomUUID().toString().substring(0, 8);

  @TempDir private Path folder;
  private KubernetesClient client;

  @BeforeEach
  void open() throws IOException {
    String kubeconfig = System.getenv("KUBECONFIG");
    if (kubeconfig == null || !Files.exists(Path.of(kubeconfig))) {
      throw new IllegalStateException(
          "There is no API server to try this on: run tools/kubernetes/build and"
              + " tools/kubernetes/up --kueue, and set KUBECONFIG as that says");
    }
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Files.readString(Path.of(kubeconfig))))
            .build();
    client
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(namespace)
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .endMetadata()
                .build())
        .create();
    apply(
        """
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: gdpo-worker, namespace: %1$s}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: gdpo-artifacts, namespace: %1$s}
        spec:
          accessModes: [ReadWriteMany]
          storageClassName: ""
          volumeName: %1$s
          resources: {requests: {storage: 1Gi}}
        ---
        apiVersion: v1
        kind: PersistentVolume
        metadata: {name: %1$s}
        spec:
          accessModes: [ReadWriteMany]
          capacity: {storage: 1Gi}
          hostPath: {path: /unused}
          claimRef: {namespace: %1$s, name: gdpo-artifacts}
        ---
        apiVersion: kueue.x-k8s.io/v1beta2
        kind: ResourceFlavor
        metadata: {name: %1$s}
        ---
        apiVersion: kueue.x-k8s.io/v1beta2
        kind: ClusterQueue
        metadata: {name: %1$s}
        spec:
          namespaceSelector: {}
          preemption: {withinClusterQueue: LowerPriority}
          resourceGroups:
          - coveredResources: [cpu, memory]
            flavors:
            - name: %1$s
              resources:
              - {name: cpu, nominalQuota: 2}
              - {name: memory, nominalQuota: 100Gi}
        ---
        apiVersion: kueue.x-k8s.io/v1beta2
        kind: LocalQueue
        metadata: {name: research, namespace: %1$s}
        spec: {clusterQueue: %1$s}
        ---
        apiVersion: kueue.x-k8s.io/v1beta2
        kind: WorkloadPriorityClass
        metadata: {name: %1$s}
        value: 1000
        """
            .formatted(namespace));
  }

  private void apply(String yaml) {
    client
        .load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
        .items()
        .forEach(item -> client.resource(item).serverSideApply());
  }

  @AfterEach
  void close() {
    client.batch().v1().jobs().inNamespace(namespace).delete();
    client.namespaces().withName(namespace).delete();
    client.persistentVolumes().withName(namespace).delete();
    client.close();
  }

  @Test
  void an_experiment_as_jobs_ends_with_the_weights_of_an_undisturbed_one() throws Exception {
    Path undisturbed = folder.resolve("undisturbed");
    ExperimentView expected;
    try (Stack stack = Stack.start(undisturbed)) {
      submit(undisturbed);
      expected = ended(stack);
    }

    Path home = folder.resolve("jobs");
    Path artifacts = home.resolve("artifacts");
    Map<String, String> settings =
        Map.of(
            "GDPO_LAUNCHER_KIND", "kubernetes",
            "GDPO_KUBERNETES_NAMESPACE", namespace,
            "GDPO_KUBERNETES_ARTIFACTS_CLAIM", "gdpo-artifacts",
            "GDPO_KUBERNETES_ARTIFACTS_PATH", artifacts.toString(),
            // tools/kubernetes/stages.yaml: nobody but the process kubelet runs these pods.
            "GDPO_KUBERNETES_POD_ANNOTATIONS_REAL", "true",
            "GDPO_KUBERNETES_DEFAULT_POOL_MEMORY", "2Gi",
            "GDPO_KUBERNETES_DEFAULT_POOL_QUEUE", "research",
            "GDPO_KUBERNETES_DEFAULT_POOL_PROCESSORS", "2",
            "GDPO_KUBERNETES_DEFAULT_POOL_NODE_SELECTOR_TEST_NODE", namespace);
    try (ProcessKubelet kubelet =
            new ProcessKubelet(
                client,
                namespace,
                Files.createDirectories(folder.resolve("pods")),
                Map.of("gdpo-artifacts", artifacts));
        Stack stack = Stack.start(home, settings)) {
      submit(home);
      await("dpo trains")
          .atMost(LIMIT)
          .failFast(() -> assertThat(kubelet.errors()).isEmpty())
          .until(() -> step(stack, "dpo") > 3);
      stack.process("trainer-service").orElseThrow().destroyForcibly();
      await("gdpo trains").atMost(LIMIT).until(() -> step(stack, "gdpo") > 8);
      urgent();
      await("it is told that gdpo was preempted")
          .atMost(LIMIT)
          .until(() -> String.valueOf(stage(stack, "gdpo").waitsFor()).contains("preempted"));
      ExperimentView experiment = ended(stack);

      assertThat(kubelet.errors()).isEmpty();
      assertThat(kubelet.history())
          .filteredOn(it -> it.matches("starts .*train-gdpo.*"))
          .hasSize(2);
      assertThat(kubelet.history()).filteredOn(it -> it.matches("starts .*train-dpo.*")).hasSize(1);
      assertThat(experiment.stages()).allSatisfy(it -> assertThat(it.attempts()).isEqualTo(1));
      for (int i = 0; i < experiment.stages().size(); i++) {
        StageView stage = experiment.stages().get(i);
        StageView same = expected.stages().get(i);
        assertThat(stage.evaluation().metrics()).isEqualTo(same.evaluation().metrics());
        assertThat(weights(artifacts, stage))
            .as("weights of %s", stage.name())
            .hasSameBinaryContentAs(weights(undisturbed.resolve("artifacts"), same));
      }
    }
  }

  private static Path weights(Path artifacts, StageView stage) {
    return artifacts.resolve("jobs").resolve(stage.jobId()).resolve("best/model.safetensors");
  }

  private static void submit(Path home) {
    Gdpo.Result submitted =
        Gdpo.run("submit", "../examples/demo-quick.yaml", "--home", home.toString());
    assertThat(submitted.exitCode()).as(submitted.output() + submitted.errors()).isZero();
  }

  private static ExperimentView ended(Stack stack) {
    await("the experiment ends")
        .atMost(LIMIT)
        .until(() -> stack.glance(EXPERIMENT).filter(it -> it.finishedAt() != null).isPresent());
    ExperimentView experiment = stack.glance(EXPERIMENT).orElseThrow();
    assertThat(experiment.status()).as(experiment.toString()).isEqualTo(ExperimentStatus.SUCCEEDED);
    return experiment;
  }

  private static long step(Stack stack, String stage) {
    return stack
        .glance(EXPERIMENT)
        .flatMap(it -> it.stages().stream().filter(s -> s.name().equals(stage)).findFirst())
        .map(StageView::progress)
        .map(progress -> (long) progress.step())
        .orElse(0L);
  }

  private static StageView stage(Stack stack, String name) {
    return stack
        .glance(EXPERIMENT)
        .flatMap(it -> it.stages().stream().filter(s -> s.name().equals(name)).findFirst())
        .orElseThrow();
  }

  /** Somebody's Job that goes first and takes all that the queue has, for some seconds. */
  private void urgent() {
    apply(
        """
        apiVersion: v1
        kind: Node
        metadata:
          name: %1$s-other
          labels: {test-node: %1$s-other}
          annotations: {kwok.x-k8s.io/node: fake}
        status:
          capacity: {cpu: "8", memory: 8Gi, pods: "10"}
          allocatable: {cpu: "8", memory: 8Gi, pods: "10"}
        ---
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: urgent
          namespace: %1$s
          labels: {kueue.x-k8s.io/queue-name: research, kueue.x-k8s.io/priority-class: %1$s}
        spec:
          template:
            metadata: {annotations: {test/run-for: 5s}}
            spec:
              restartPolicy: Never
              nodeSelector: {test-node: %1$s-other}
              securityContext: {runAsNonRoot: true, runAsUser: 1, seccompProfile: {type: RuntimeDefault}}
              containers:
              - name: c
                image: x
                resources: {requests: {cpu: 2, memory: 1Gi}}
                securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
        """
            .formatted(namespace));
  }
}
