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
    options.addAll(settings.javaOptions().orElse(List.of()));
    return new LocalProcessLauncher(new LocalProcessLauncher.Settings(program(settings), options));
  }

  private static JavaProgram program(LauncherSettings settings) {
    if (settings.mainClass().isPresent()) {
      return JavaProgram.ofClassPath(
          System.getProperty("java.class.path"), settings.mainClass().get());
    }
    return JavaProgram.ofWorker(
        settings
            .worker()
            .or(JavaProgram::workerBesideService)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "This service does not know where the worker is; set gdpo.launcher.worker to"
                            + " the folder that holds its jar and lib")));
  }

  void close(@Disposes JobLauncher launcher) {
    launcher.close();
  }
}
