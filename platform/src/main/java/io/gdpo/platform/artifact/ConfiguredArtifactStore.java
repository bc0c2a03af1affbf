package io.gdpo.platform.artifact;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.util.regex.Pattern;

/**
 * A service injects its {@link ArtifactStore}; {@link ArtifactSettings} tell where it lies. One that
 * there cannot be keeps the service from starting.
 */
@ApplicationScoped
class ConfiguredArtifactStore {
  /** What is told to workers can be read by whoever may read a Job. */
  private static final Pattern SECRET =
      Pattern.compile(".*(SECRET|PASSWORD|TOKEN|ACCESS_KEY)(_ID)?", Pattern.CASE_INSENSITIVE);

  @Produces
  @ApplicationScoped
  @Startup
  ArtifactStore store(ArtifactSettings settings) {
    settings.environment().keySet().stream()
        .filter(name -> SECRET.matcher(name).matches())
        .findFirst()
        .ifPresent(
            name -> {
              throw new IllegalArgumentException(
                  "gdpo.artifacts.environment holds %s, which is a secret: set it in the environment of services and workers instead, as docs/how-to/store.md tells"
                      .formatted(name));
            });
    return Artifacts.at(settings.store(), settings.environment());
  }
}
