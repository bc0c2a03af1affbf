package io.gdpo.platform.artifact;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.Boundary;
import io.gdpo.platform.security.Authentication;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A service injects its {@link ArtifactStore}; {@link ArtifactSettings} tell where it lies. One
 * that there cannot be keeps the service from starting.
 */
@ApplicationScoped
class ConfiguredArtifactStore {
  /** What is told to workers can be read by whoever may read a Job. */
  private static final Pattern SECRET =
      Pattern.compile(".*(SECRET|PASSWORD|TOKEN|ACCESS_KEY)(_ID)?", Pattern.CASE_INSENSITIVE);

  @Produces
  @ApplicationScoped
  @Startup
  ArtifactStore store(ArtifactSettings settings, Authentication authentication) {
    settings.environment().keySet().stream()
        .filter(name -> SECRET.matcher(name).matches())
        .findFirst()
        .ifPresent(
            name -> {
              throw new IllegalArgumentException(
                  "gdpo.artifacts.environment holds %s, which is a secret: set it in the environment of services and workers instead, as docs/how-to/store.md tells"
                      .formatted(name));
            });
    return Artifacts.at(settings.store(), environment(settings, authentication.isAsked()));
  }

  /** For this service and its workers. */
  static Map<String, String> environment(ArtifactSettings settings, boolean callersAreAsked) {
    Map<String, String> environment = new HashMap<>(settings.environment());
    if (settings.readable().isPresent() || callersAreAsked) {
      environment.put(Boundary.VARIABLE, readable(settings));
    }
    settings
        .readableHosts()
        .ifPresent(hosts -> environment.put(Boundary.HOSTS, String.join(" ", hosts)));
    settings
        .readablePrivateHosts()
        .ifPresent(hosts -> environment.put(Boundary.PRIVATE_HOSTS, String.join(" ", hosts)));
    return environment;
  }

  private static String readable(ArtifactSettings settings) {
    List<URI> roots = new ArrayList<>(settings.readable().orElse(List.of()));
    roots.add(Artifacts.at(settings.store(), settings.environment()).uri("x").resolve("."));
    return Boundary.variable(roots);
  }
}
