package io.gdpo.platform.artifact;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.net.URI;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** A service injects its {@link ArtifactStore}; where it lies is told by {@code gdpo.artifacts}. */
@ApplicationScoped
class ConfiguredArtifactStore {

  @Produces
  @ApplicationScoped
  ArtifactStore store(
      @ConfigProperty(name = "gdpo.artifacts", defaultValue = "file:.gdpo/artifacts") URI root) {
    return Artifacts.at(root);
  }
}
