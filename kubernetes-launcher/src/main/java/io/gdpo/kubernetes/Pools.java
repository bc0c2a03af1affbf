package io.gdpo.kubernetes;

import io.gdpo.platform.launch.LaunchRefusedException;
import io.gdpo.platform.launch.LaunchRequest;
import java.util.TreeSet;

/** Which of the operator's pools a job runs on. */
final class Pools {
  private final KubernetesSettings settings;

  Pools(KubernetesSettings settings) {
    this.settings = settings;
    settings
        .pool()
        .forEach(
            (verb, name) -> {
              if (!settings.pools().containsKey(name)) {
                throw new IllegalStateException(
                    "gdpo.kubernetes.pool." + verb + " is '" + name + "', " + known());
              }
            });
  }

  /** The pool that a request names, or that of its verb, or the default one. */
  KubernetesSettings.Pool of(LaunchRequest request) {
    String named = request.needs().pool();
    String name = named == null ? settings.pool().get(request.arguments().get(0)) : named;
    if (name == null) {
      return settings.defaultPool();
    }
    KubernetesSettings.Pool pool = settings.pools().get(name);
    if (pool == null) {
      throw new LaunchRefusedException(
          "there is no pool '"
              + name
              + "': "
              + known()
              + "; name one of them, or have the operator add it as gdpo.kubernetes.pools."
              + name);
    }
    return pool;
  }

  private String known() {
    return settings.pools().isEmpty()
        ? "this installation has no pools"
        : "the pools of this installation are "
            + String.join(", ", new TreeSet<>(settings.pools().keySet()));
  }
}
