package io.gdpo.platform.launch;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Jobs are processes of the service's own machine, and end with it. */
@ApplicationScoped
class ProcessLauncherKind implements LauncherKind {
  private final LauncherSettings settings;

  ProcessLauncherKind(LauncherSettings settings) {
    this.settings = settings;
  }

  @Override
  public String label() {
    return "process";
  }

  @Override
  public JobLauncher open(List<String> javaOptions) {
    return new LocalProcessLauncher(new LocalProcessLauncher.Settings(program(), javaOptions));
  }

  private JavaProgram program() {
    JavaProgram program = withOwnJava();
    return settings.java().map(program::by).orElse(program);
  }

  private JavaProgram withOwnJava() {
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
}
