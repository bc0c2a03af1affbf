package io.gdpo.platform.launch;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import java.util.ArrayList;
import java.util.List;

/** A service injects its {@link JobLauncher}; its jobs end with the service. */
@ApplicationScoped
class ConfiguredLauncher {

  @Produces
  @ApplicationScoped
  JobLauncher launcher(LauncherSettings settings) {
    List<String> options = new ArrayList<>();
    options.add("-Xmx" + settings.heap());
    options.add("-XX:+UseSerialGC");
    options.add("-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
    options.addAll(settings.javaOptions().orElse(List.of()));
    return new LocalProcessLauncher(
        new LocalProcessLauncher.Settings(
            ThisProgram.current(settings.jar(), settings.mainClass()), options, settings.grace()));
  }

  void close(@Disposes JobLauncher launcher) throws Exception {
    if (launcher instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }
}
