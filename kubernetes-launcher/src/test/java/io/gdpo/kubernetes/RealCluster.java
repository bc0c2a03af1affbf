package io.gdpo.kubernetes;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.launch.LaunchState;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A namespace of the API server that {@code KUBECONFIG} names (tools/kubernetes makes one), with
 * nodes of its own that pretend to run pods. What a pod pretends is told by its annotations.
 */
final class RealCluster implements AutoCloseable {
  final String name = "t" + UUID.randomUUID().toString().substring(0, 8);
  final KubernetesClient client;

  RealCluster() throws IOException {
    String file = System.getenv("KUBECONFIG");
    if (file == null || !Files.exists(Path.of(file))) {
      throw new IllegalStateException(
          "There is no API server to try this on: run tools/kubernetes/build and"
              + " tools/kubernetes/up --kueue, and set KUBECONFIG as that says");
    }
    Config config = Config.fromKubeconfig(Files.readString(Path.of(file)));
    config.setRequestRetryBackoffLimit(0);
    config.setRequestTimeout(4_000);
    config.setConnectionTimeout(2_000);
    client = new KubernetesClientBuilder().withConfig(config).build();
    client
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .endMetadata()
                .build())
        .create();
    apply(
        """
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: gdpo-worker, namespace: %s}
        """
            .formatted(name));
  }

  void apply(String yaml) {
    client
        .load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
        .items()
        .forEach(item -> client.resource(item).serverSideApply());
  }

  /** A node for pods of this namespace alone, if they select {@code test/pool: <namespace>}. */
  Node node(String suffix, int gpus) {
    Map<String, Quantity> room =
        Map.of(
            "cpu", new Quantity("32"),
            "memory", new Quantity("128Gi"),
            "pods", new Quantity("110"),
            "nvidia.com/gpu", new Quantity(Integer.toString(gpus)));
    return client
        .nodes()
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName(name + "-" + suffix)
                .addToAnnotations("kwok.x-k8s.io/node", "fake")
                .addToLabels("test-pool", name)
                .endMetadata()
                .withNewStatus()
                .withCapacity(room)
                .withAllocatable(room)
                .endStatus()
                .build())
        .create();
  }

  /** Settings of an installation whose pods go to this namespace's nodes and pretend. */
  KubernetesSettings settings(String pretends, String more) {
    StringBuilder lines = new StringBuilder("list-every=PT0.1S\n");
    lines.append("default-pool.memory=1Gi\n");
    lines.append("default-pool.node-selector.test-pool=").append(name).append('\n');
    for (String annotation : pretends.split(" ")) {
      if (!annotation.isEmpty()) {
        String[] parts = annotation.split("=");
        lines.append("pod-annotations.\"test/%s\"=%s%n".formatted(parts[0], parts[1]));
      }
    }
    return TestSettings.of(lines + more);
  }

  KubernetesJobLauncher launcher(KubernetesSettings settings) {
    return new KubernetesJobLauncher(
        client, name, "trainer-service", settings, List.of(), InstantSource.system());
  }

  /** With kill -9. */
  void killApiServer() throws IOException {
    String pid = Files.readString(home().resolve("apiserver.pid")).strip();
    ProcessHandle server = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    server.destroyForcibly();
    server.onExit().join();
  }

  /** As tools/kubernetes/up does for all that does not run. */
  void startApiServer() throws IOException, InterruptedException {
    ProcessBuilder up =
        new ProcessBuilder(Path.of("../tools/kubernetes/up").toAbsolutePath().toString());
    up.environment().put("KUBE_HOME", home().toString());
    up.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    if (up.start().waitFor() != 0) {
      throw new IllegalStateException("tools/kubernetes/up could not start the API server again");
    }
  }

  private static Path home() {
    return Path.of(System.getenv("KUBECONFIG")).toAbsolutePath().getParent();
  }

  static LaunchRequest request(String job) {
    return new LaunchRequest(
        job,
        List.of("train", "--job", "file:/artifacts/job.json", "--attempt", "1"),
        Path.of("unused.log"),
        LaunchRequest.Needs.ofProcessors(1).withGrace(Duration.ofSeconds(1)));
  }

  static LaunchState look(KubernetesJobLauncher launcher, String job) {
    launcher.refresh();
    return launcher.status(job);
  }

  @Override
  public void close() {
    client.batch().v1().jobs().inNamespace(name).delete();
    client.nodes().withLabel("test-pool", name).delete();
    client.namespaces().withName(name).delete();
    client.close();
  }
}
