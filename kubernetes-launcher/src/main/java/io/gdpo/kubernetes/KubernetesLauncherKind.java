package io.gdpo.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.gdpo.platform.launch.JobLauncher;
import io.gdpo.platform.launch.LauncherKind;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Jobs are Jobs of a Kubernetes cluster, and outlive the service. */
@ApplicationScoped
class KubernetesLauncherKind implements LauncherKind {
  private final KubernetesClient client;
  private final KubernetesSettings settings;
  private final String service;

  KubernetesLauncherKind(
      KubernetesClient client,
      KubernetesSettings settings,
      @ConfigProperty(name = "quarkus.application.name") String service) {
    this.client = client;
    this.settings = settings;
    this.service = service;
  }

  @Override
  public String label() {
    return "kubernetes";
  }

  @Override
  public JobLauncher open(List<String> javaOptions) {
    String namespace =
        settings
            .namespace()
            .or(() -> Optional.ofNullable(client.getNamespace()))
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "This service does not know in which namespace its Jobs are to run; set"
                            + " gdpo.kubernetes.namespace"));
    return new KubernetesJobLauncher(
        client,
        namespace,
        settings.owner().orElse(service),
        settings,
        javaOptions,
        InstantSource.system());
  }
}
