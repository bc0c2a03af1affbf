package io.gdpo.platform.artifact;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.net.URI;

/** Where artifacts lie. */
@ConfigMapping(prefix = "gdpo.artifacts")
interface ArtifactSettings {
  /**
   * The artifact store's folder: in its URI a blank of a name is {@code %20}, {@code #} is {@code
   * %23}, {@code %} is {@code %25}.
   */
  @WithParentName
  @WithDefault("file:.gdpo/artifacts")
  URI store();
}
