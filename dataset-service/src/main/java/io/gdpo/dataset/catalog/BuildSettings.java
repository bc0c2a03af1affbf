package io.gdpo.dataset.catalog;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How many datasets are built at one time, and how hard it is tried. */
@ConfigMapping(prefix = "gdpo.builds")
interface BuildSettings {
  /** Builds at one time; in a cluster by all replicas together. */
  @WithDefault("1")
  @Min(1)
  int maxParallel();

  /** Processes of one build that may fail by themselves before the build does. */
  @WithDefault("3")
  @Min(1)
  int maxAttempts();

  /** Between a failed process and the next; doubled from failure to failure. */
  @WithDefault("2s")
  Duration pause();
}
