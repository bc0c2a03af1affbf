package io.gdpo.platform.artifact;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.net.URI;
import java.util.Map;

/** Where artifacts lie. */
@ConfigMapping(prefix = "gdpo.artifacts")
interface ArtifactSettings {
  /**
   * The artifact store: a folder of this machine, or {@code s3://BUCKET/PREFIX}. In its URI a blank
   * of a name is {@code %20}, {@code #} is {@code %23}, {@code %} is {@code %25}.
   */
  @WithParentName
  @WithDefault("file:.gdpo/artifacts")
  URI store();

  /**
   * Environment variables by which the store is reached, such as {@code AWS_REGION}: for this
   * service and for the workers that it starts. No secrets: how to give those, docs/how-to/store.md
   * tells.
   */
  Map<String, String> environment();
}
