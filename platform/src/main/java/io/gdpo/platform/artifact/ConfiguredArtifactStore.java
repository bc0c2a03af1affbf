package io.gdpo.platform.artifact;

import io.gdpo.artifacts.ArtifactStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;

/** A service injects its {@link ArtifactStore}; {@link ArtifactSettings} tell where it lies. */
@ApplicationScoped
class ConfiguredArtifactStore {

  @Produces
  @ApplicationScoped
  ArtifactStore store(ArtifactSettings settings) {
    return ArtifactStore.at(settings.store());
  }
}
