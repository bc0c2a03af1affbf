package io.gdpo.platform.artifact;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

  /**
   * What specifications may name beside what lies in the store: folders, or addresses such as
   * {@code s3://surveys/2026}. Default: whatever a service can read, as long as nobody is asked who
   * they are; nothing from then on.
   */
  Optional<List<URI>> readable();

  /**
   * Hosts whose {@code https} and {@code http} addresses specifications may name, such as {@code
   * data.example.org}, with {@code :8443} behind it for another port than the usual one; {@code *}
   * for all. Only workers ask them, and only at addresses of the public internet. Default: none.
   */
  Optional<List<String>> readableHosts();

  /** The same of hosts that may be found in a private network, too. Default: none. */
  Optional<List<String>> readablePrivateHosts();
}
