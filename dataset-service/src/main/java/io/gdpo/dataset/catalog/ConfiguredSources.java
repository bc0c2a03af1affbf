package io.gdpo.dataset.catalog;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.source.Sources;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;

/** Where the files that specifications name are looked for. */
@ApplicationScoped
class ConfiguredSources {
  @Produces
  @ApplicationScoped
  Sources sources(ArtifactStore artifacts) {
    return new Sources(artifacts);
  }
}
