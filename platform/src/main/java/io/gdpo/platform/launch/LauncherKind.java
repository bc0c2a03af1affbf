package io.gdpo.platform.launch;

import java.util.List;

/** A way to run jobs, chosen by the setting {@code gdpo.launcher.kind}. */
public interface LauncherKind {
  /** The setting's value. */
  String label();

  /**
   * A launcher of this kind, with the settings that are its own.
   *
   * @param javaOptions of every worker's JVM
   */
  JobLauncher open(List<String> javaOptions);
}
