package io.gdpo.platform.launch;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How a service launches processes on its own machine; {@code gdpo.launcher.*}. */
@ConfigMapping(prefix = "gdpo.launcher")
interface LauncherSettings {

  /**
   * The worker: the folder with its jar and {@code lib}, or the file with its class path that a
   * build leaves; by default that of the checkout that this service was built in.
   */
  Optional<Path> worker();

  /** A class of this service's own class path to run in the worker's place, in a test. */
  Optional<String> mainClass();

  /** The largest Java heap of a process; tensors live outside it. */
  @WithDefault("1g")
  String heap();

  /** More options of a job's JVM. */
  Optional<List<String>> javaOptions();

  /** How long a process may take to stop when it was asked to: a step, and a save. */
  @WithDefault("30s")
  Duration grace();
}
