package io.gdpo.kubernetes;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** Settings as an operator writes them. */
final class TestSettings {
  private TestSettings() {}

  /** Of lines of an {@code application.properties}, without {@code gdpo.kubernetes.}. */
  static KubernetesSettings of(String lines) {
    Properties read = new Properties();
    try {
      read.load(new StringReader(lines));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> properties = new HashMap<>();
    read.forEach((key, value) -> properties.put("gdpo.kubernetes." + key, value.toString()));
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .withSources(new PropertiesConfigSource(properties, "test", 100))
        .withMapping(KubernetesSettings.class)
        .build()
        .getConfigMapping(KubernetesSettings.class);
  }
}
