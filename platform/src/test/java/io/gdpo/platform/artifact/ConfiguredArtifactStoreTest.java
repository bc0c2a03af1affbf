package io.gdpo.platform.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfiguredArtifactStoreTest {
  private static Map<String, String> environment(Map<String, String> properties) {
    ArtifactSettings settings =
        new SmallRyeConfigBuilder()
            .withMapping(ArtifactSettings.class)
            .withSources(new PropertiesConfigSource(properties, "test", 100))
            .build()
            .getConfigMapping(ArtifactSettings.class);
    return ConfiguredArtifactStore.environment(settings, false);
  }

  @Test
  void workersAreToldWhichHostsMayBeRead() {
    assertThat(
            environment(
                Map.of(
                    "gdpo.artifacts.readable-hosts",
                    "data.example.org,other.example.org:8443",
                    "gdpo.artifacts.readable-private-hosts",
                    "files.internal")))
        .containsEntry("GDPO_READABLE_HOSTS", "data.example.org other.example.org:8443")
        .containsEntry("GDPO_READABLE_PRIVATE_HOSTS", "files.internal");
  }

  @Test
  void whereNothingIsSaidTheirOwnEnvironmentCounts() {
    assertThat(environment(Map.of())).isEmpty();
  }
}
