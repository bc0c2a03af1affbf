package io.gdpo.it.cluster;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

/**
 * A namespace of the API server that {@code KUBECONFIG} names (tools/kubernetes makes one), with
 * Pod Security {@code restricted}, what workers need there, and settings that send Jobs into it.
 * Nothing runs their pods but a {@link ProcessKubelet} on the node of the namespace's name.
 */
public final class RealCluster implements AutoCloseable {
  private static final String CLAIM = "gdpo-artifacts";

  private final String namespace = "t" + UUID.randomUUID().toString().substring(0, 8);
  private final KubernetesClient client;

  public RealCluster() {
    String kubeconfig = System.getenv("KUBECONFIG");
    if (kubeconfig == null || !Files.exists(Path.of(kubeconfig))) {
      throw new IllegalStateException(
          "There is no API server to try this on: run tools/kubernetes/build and"
              + " tools/kubernetes/up --kueue, and set KUBECONFIG as that says");
    }
    try {
      client =
          new KubernetesClientBuilder()
              .withConfig(Config.fromKubeconfig(Files.readString(Path.of(kubeconfig))))
              .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
        """);
  }

  public String namespace() {
    return namespace;
  }

  public KubernetesClient client() {
    return client;
  }

  /**
   * Makes objects.
   *
   * @param yaml in which {@code %1$s} stands for the namespace
   */
  public void apply(String yaml) {
    client
        .load(new ByteArrayInputStream(yaml.formatted(namespace).getBytes(StandardCharsets.UTF_8)))
        .items()
        .forEach(item -> client.resource(item).serverSideApply());
  }

  /** A node that runs the namespace's pods as processes, which find the artifacts here. */
  public ProcessKubelet kubelet(Path pods, Path artifacts) {
    Path pki = Path.of(System.getenv("KUBECONFIG")).resolveSibling("pki");
    return new ProcessKubelet(client, namespace, pods, Map.of(CLAIM, artifacts), pki);
  }

  /** Settings of services whose work is to run here. */
  public Map<String, String> settings(Path artifacts) {
    return Map.of(
        "GDPO_LAUNCHER_KIND",
        "kubernetes",
        "GDPO_KUBERNETES_NAMESPACE",
        namespace,
        "GDPO_KUBERNETES_ARTIFACTS_CLAIM",
        CLAIM,
        "GDPO_KUBERNETES_ARTIFACTS_PATH",
        artifacts.toString(),
        // tools/kubernetes/stages.yaml: nobody but the process kubelet runs these pods.
        "GDPO_KUBERNETES_POD_ANNOTATIONS_REAL",
        "true",
        "GDPO_KUBERNETES_DEFAULT_POOL_MEMORY",
        "2Gi",
        "GDPO_KUBERNETES_DEFAULT_POOL_PROCESSORS",
        "2",
        "GDPO_KUBERNETES_DEFAULT_POOL_NODE_SELECTOR_TEST_NODE",
        namespace);
  }

  @Override
  public void close() {
    client.batch().v1().jobs().inNamespace(namespace).delete();
    client.namespaces().withName(namespace).delete();
    client.persistentVolumes().withName(namespace).delete();
    client.close();
  }
}
