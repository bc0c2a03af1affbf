package io.gdpo.it.scale;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.gdpo.it.cluster.RealCluster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A {@link RealCluster} with many nodes that only pretend to run pods, with a service account that
 * may do what a service may, and with an API server that can be killed.
 */
final class PretendingCluster implements AutoCloseable {
  static final String OWNER = "dataset-service";

  private static final long TOKEN_SECONDS = 4 * 60 * 60;
  private static final int PODS_OF_A_NODE = 10;

  private final RealCluster cluster = new RealCluster();
  private final KubernetesClient client = cluster.client();
  private final String name = cluster.namespace();
  private final Path kubeconfig = Path.of(System.getenv("KUBECONFIG")).toAbsolutePath();

  PretendingCluster(int nodes) throws IOException {
    Path access = Path.of("../k8s/base/service/access.yaml");
    client
        .load(new ByteArrayInputStream(Files.readAllBytes(access)))
        .items()
        .forEach(item -> client.resource(item).inNamespace(name).serverSideApply());
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
    client.nodes().withLabel("test-pool", name).delete();
    cluster.close();
  }
}
