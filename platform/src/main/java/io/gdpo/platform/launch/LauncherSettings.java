package io.gdpo.platform.launch;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How a service launches workers, and how those of its own machine run. */
@ConfigMapping(prefix = "gdpo.launcher")
interface LauncherSettings {

  /** Where work runs: {@code process}, beside the service; {@code kubernetes}, as Jobs. */
  @WithDefault("process")
  String kind();

  /**
   * The folder with the worker's jar and, below it, {@code lib}; or the file with its class path
   * that a build leaves. Default: {@code worker/target} of the checkout that the service was built
   * in.
   */
  Optional<Path> worker();

  /** For tests: a class of the service's own class path to run in the worker's place. */
  Optional<String> mainClass();

  /**
   * The program {@code java} that runs workers. Default: the service's own; a native service has
   * none and takes that of {@code JAVA_HOME}, else the one of its {@code PATH}.
   */
  Optional<Path> java();

  /** Largest Java heap of a worker; tensors live outside it: docs/reference/memory.md. */
  @WithDefault("1g")
  String heap();

  /** More options of a worker's JVM. */
  Optional<List<String>> javaOptions();
}
