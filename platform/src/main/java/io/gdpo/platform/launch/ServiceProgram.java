package io.gdpo.platform.launch;

import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.ParentWatch;
import io.gdpo.platform.setting.SettingsAtStart;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.Quarkus;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;

/** The program of a service, which ends when its supervisor does. */
public final class ServiceProgram {
  /** How long a service may take to end when its supervisor is gone. */
  private static final Duration GRACE = Duration.ofSeconds(15);

  private static final String SERVE = "serve";

  private ServiceProgram() {}

  /**
   * Runs the service.
   *
   * @param args the one command {@code serve}, which may be left out, and Quarkus' own arguments
   */
  public static void run(String... args) {
    if (args.length > 0 && !args[0].equals(SERVE)) {
      System.err.println("Unknown command '" + args[0] + "'; there is: " + SERVE);
      System.exit(ExitCode.USAGE);
    }
    requireKnownSettings();
    ParentWatch.start(Quarkus::asyncExit, GRACE);
    ApplicationLifecycleManager.setDefaultExitCodeHandler(ServiceProgram::ended);
    Quarkus.run(args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length));
  }

  /** What failed is in the log already; what to do about it comes last, where it is seen. */
  private static void ended(int exitCode, Throwable failure) {
    if (failure != null) {
      StartFailure.remedy(failure).ifPresent(System.err::println);
    }
    System.exit(exitCode);
  }

  private static void requireKnownSettings() {
    SettingsAtStart settings = SettingsAtStart.ofSystem();
    settings.doubtful(System.getenv().keySet()).forEach(System.err::println);
    List<String> unknown = settings.unknown(ConfigProvider.getConfig());
    if (!unknown.isEmpty()) {
      unknown.forEach(System.err::println);
      System.err.println("This service does not start so. " + SettingsAtStart.PAGE + " has all.");
      System.exit(ExitCode.USAGE);
    }
  }
}
