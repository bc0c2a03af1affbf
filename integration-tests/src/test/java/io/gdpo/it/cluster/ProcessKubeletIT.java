package io.gdpo.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The node that tests make, seen from the API server. */
@Tag("kubernetes")
class ProcessKubeletIT {
  @TempDir private Path folder;

  @Test
  void what_a_pod_writes_is_read_through_the_api_server_and_its_exit_code_is_told()
      throws Exception {
    try (RealCluster cluster = new RealCluster();
        ProcessKubelet kubelet =
            cluster.kubelet(
                Files.createDirectories(folder.resolve("pods")), folder.resolve("artifacts"))) {
      cluster.apply(
          """
          apiVersion: v1
          kind: Pod
          metadata:
            name: p
            namespace: %1$s
            annotations: {real: "true"}
          spec:
            restartPolicy: Never
            serviceAccountName: gdpo-worker
            automountServiceAccountToken: false
            nodeSelector: {test-node: %1$s}
            securityContext: {runAsNonRoot: true, runAsUser: 1, seccompProfile: {type: RuntimeDefault}}
            containers:
            - name: worker
              image: x
              args: [build, --job, file:/nowhere/job.json]
              securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
              volumeMounts: [{name: scratch, mountPath: /tmp}]
            volumes: [{name: scratch, emptyDir: {}}]
          """);

      await("the pod has ended")
          .atMost(Duration.ofMinutes(2))
          .failFast(() -> assertThat(kubelet.errors()).isEmpty())
          .until(() -> kubelet.history().contains("ended 64 p"));

      assertThat(log(cluster, "worker&tailLines=7")).contains("The job cannot be read: ");
      assertThat(log(cluster, "worker&tailLines=0")).isBlank();
      assertThat(refusal(cluster, "worker&limitBytes=7")).contains("this kubelet does not know");
    }
  }

  private static String log(RealCluster cluster, String container) {
    return cluster
        .client()
        .raw(
            "/api/v1/namespaces/" + cluster.namespace() + "/pods/p/log?container=" + container,
            "GET",
            null);
  }

  private static String refusal(RealCluster cluster, String container) {
    try {
      return log(cluster, container);
    } catch (KubernetesClientException e) {
      return e.getMessage();
    }
  }
}
