package io.gdpo.platform.launch;

/** A way to run jobs, chosen by the setting {@code gdpo.launcher.kind}. */
public interface LauncherKind {
  /** The setting's value. */
  String label();

  /** A launcher of this kind, with the settings that are its own. */
  JobLauncher open();
}
