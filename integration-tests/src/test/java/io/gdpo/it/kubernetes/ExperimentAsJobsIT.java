package io.gdpo.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageView;
import io.gdpo.it.cluster.ProcessKubelet;
import io.gdpo.it.cluster.RealCluster;
import io.gdpo.it.stack.Gdpo;
import io.gdpo.it.stack.Stack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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

  @TempDir private Path folder;
  private RealCluster cluster;

  @BeforeEach
  void open() {
    cluster = new RealCluster();
    cluster.apply(
        """
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
        """);
  }

  @AfterEach
  void close() {
    // Whatever runs next would have pods of its own put there.
    cluster.client().nodes().withName(cluster.namespace() + "-other").delete();
    cluster.close();
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
    Map<String, String> settings = new HashMap<>(cluster.settings(artifacts));
    settings.put("GDPO_KUBERNETES_DEFAULT_POOL_QUEUE", "research");
    try (ProcessKubelet kubelet =
            cluster.kubelet(Files.createDirectories(folder.resolve("pods")), artifacts);
        Stack stack = Stack.start(home, settings)) {
      submit(home);
      await("dpo trains")
          .atMost(LIMIT)
          .failFast(() -> assertThat(kubelet.errors()).isEmpty())
          .until(() -> step(stack, "dpo") > 3);
      assertThat(log(stack, "dpo")).as("while it runs").contains(": dpo on ", "train step");
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
      for (StageView stage : experiment.stages()) {
        assertThat(log(stack, stage.name()))
            .as("kept of %s, whose pods' logs the cluster forgets", stage.name())
            .contains("console of ", stage.jobId() + " succeeded: best ");
      }
      assertThat(log(stack, "gdpo")).contains("resumed from ");
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

  private static String log(Stack stack, String stage) {
    String job = stage(stack, stage).jobId();
    return await("the log of " + stage)
        .atMost(LIMIT)
        .until(() -> stack.log(job), Optional::isPresent)
        .orElseThrow();
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
    cluster.apply(
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
        """);
  }
}
