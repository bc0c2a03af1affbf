package io.gdpo.platform.artifact;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;

/** A service injects its {@link ArtifactStore}; {@link ArtifactSettings} tell where it lies. */
@ApplicationScoped
class ConfiguredArtifactStore {

  @Produces
  @ApplicationScoped
  ArtifactStore store(ArtifactSettings settings) {
    return Artifacts.at(settings.store());
  }
}
