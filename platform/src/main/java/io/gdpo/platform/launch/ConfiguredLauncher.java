package io.gdpo.platform.launch;

import io.quarkus.arc.All;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A service injects its {@link JobLauncher}, of the kind that it is configured for. */
@ApplicationScoped
class ConfiguredLauncher {

  @Produces
  @ApplicationScoped
  JobLauncher launcher(LauncherSettings settings, @All List<LauncherKind> kinds) {
    return kinds.stream()
        .filter(kind -> kind.label().equals(settings.kind()))
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigurationException(
                    "gdpo.launcher.kind is '"
                        + settings.kind()
                        + "'; there are "
                        + kinds.stream()
                            .map(LauncherKind::label)
                            .sorted()
                            .collect(Collectors.joining(", "))))
        .open(javaOptions(settings));
  }

  private static List<String> javaOptions(LauncherSettings settings) {
    List<String> options = new ArrayList<>();
    options.add("-Xmx" + settings.heap());
    options.add("-XX:+UseSerialGC");
    options.add("-XX:+ExitOnOutOfMemoryError");
    options.addAll(settings.javaOptions().orElse(List.of()));
    return options;
  }

  void close(@Disposes JobLauncher launcher) {
    launcher.close();
  }
}
