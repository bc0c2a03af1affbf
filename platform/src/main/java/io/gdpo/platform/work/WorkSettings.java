package io.gdpo.platform.work;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** How a service looks after its work. */
@ConfigMapping(prefix = "gdpo.work")
interface WorkSettings {
  /** Time between two looks at the work when nothing calls for one. */
  @WithDefault("500ms")
  Duration reconcileEvery();

  /** How long after a replica was last heard of another one takes over its work. */
  @WithDefault("10s")
  Duration lease();

  /**
   * Names this replica among those of the service; one that is started again under its name goes on
   * with its work at once. Default: a name of its own for each start.
   */
  Optional<String> replica();
}
