package io.gdpo.it.scale;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A namespace of the API server that {@code KUBECONFIG} names (tools/kubernetes makes one), with
 * nodes of its own that pretend to run pods, and a service account that may do what a service may.
 */
final class PretendingCluster implements AutoCloseable {
  static final String OWNER = "dataset-service";

  private static final long TOKEN_SECONDS = 4 * 60 * 60;
  private static final int PODS_OF_A_NODE = 10;

  private final String name = "t" + UUID.randomUUID().toString().substring(0, 8);
  private final Path kubeconfig;
  private final KubernetesClient client;

  PretendingCluster(int nodes) throws IOException {
    String file = System.getenv("KUBECONFIG");
    if (file == null || !Files.exists(Path.of(file))) {
      throw new IllegalStateException(
          "There is no API server to try this on: run tools/kubernetes/build and"
              + " tools/kubernetes/up --kueue, and set KUBECONFIG as that says");
    }
    kubeconfig = Path.of(file).toAbsolutePath();
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Files.readString(kubeconfig)))
            .build();
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
    apply("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: gdpo-worker}\n");
    apply(Files.readString(Path.of("../k8s/base/service/access.yaml")));
    Map<String, Quantity> room =
        Map.of(
            "cpu", new Quantity("16"),
            "memory", new Quantity("64Gi"),
            "pods", new Quantity(Integer.toString(PODS_OF_A_NODE)));
    for (int node = 0; node < nodes; node++) {
      client
          .nodes()
          .resource(
              new NodeBuilder()
                  .withNewMetadata()
                  .withName(name + "-" + node)
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
  }

  private void apply(String yaml) {
    client
        .load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
        .items()
        .forEach(item -> client.resource(item).inNamespace(name).serverSideApply());
  }

  /** The namespace; also the label {@code test-pool} of its nodes. */
  String name() {
    return name;
  }

  KubernetesClient client() {
    return client;
  }

  /** Writes a kubeconfig by which a service comes with its own rights. */
  void writeServiceConfig(Path file) throws IOException {
    String token =
        client
            .serviceAccounts()
            .inNamespace(name)
            .withName("service")
            .tokenRequest(
                new TokenRequestBuilder()
                    .withNewSpec()
                    .withExpirationSeconds(TOKEN_SECONDS)
                    .endSpec()
                    .build())
            .getStatus()
            .getToken();
    Config config = client.getConfiguration();
    Files.writeString(
        file,
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: t, cluster: {server: "%s", certificate-authority: "%s"}}]
        users: [{name: service, user: {token: "%s"}}]
        contexts: [{name: t, context: {cluster: t, user: service, namespace: "%s"}}]
        current-context: t
        """
            .formatted(config.getMasterUrl(), config.getCaCertFile(), token, name));
  }

  /** Jobs that have not ended, at one moment. */
  long jobsAlive() {
    return client
        .batch()
        .v1()
        .jobs()
        .inNamespace(name)
        .withLabel("gdpo.io/owner", OWNER)
        .list()
        .getItems()
        .stream()
        .filter(job -> !isOver(job))
        .count();
  }

  private static boolean isOver(Job job) {
    return job.getStatus() != null
        && job.getStatus().getConditions().stream()
            .filter(condition -> List.of("Complete", "Failed").contains(condition.getType()))
            .anyMatch(condition -> condition.getStatus().equals("True"));
  }

  /** With kill -9; returns when it has ended. */
  void killApiServer() throws IOException {
    String pid = Files.readString(kubeconfig.resolveSibling("apiserver.pid")).strip();
    ProcessHandle server = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    server.destroyForcibly();
    server.onExit().join();
  }

  /** As tools/kubernetes/up does for all that does not run; returns when it answers. */
  void startApiServer() throws IOException, InterruptedException {
    ProcessBuilder up =
        new ProcessBuilder(Path.of("../tools/kubernetes/up").toAbsolutePath().toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    up.environment().put("KUBE_HOME", kubeconfig.getParent().toString());
    if (up.start().waitFor() != 0) {
      throw new IllegalStateException("tools/kubernetes/up could not start the API server again");
    }
  }

  @Override
  public void close() {
    client.batch().v1().jobs().inNamespace(name).delete();
    client.nodes().withLabel("test-pool", name).delete();
    client.namespaces().withName(name).delete();
    client.close();
  }
}
