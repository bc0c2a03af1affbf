package io.gdpo.platform.launch;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How a service launches jobs on its own machine; {@code gdpo.launcher.*}. */
@ConfigMapping(prefix = "gdpo.launcher")
interface LauncherSettings {

  /** The packaged application to run; by default the one that runs here. */
  Optional<Path> jar();

  /** What to run when no packaged application runs here, such as in a test. */
  Optional<String> mainClass();

  /** The largest Java heap of a job; tensors live outside it. */
  @WithDefault("1g")
  String heap();

  /** More options of a job's JVM. */
  Optional<List<String>> javaOptions();

  /** How long a job may take to stop when it was asked to. */
  @WithDefault("10s")
  Duration grace();
}
