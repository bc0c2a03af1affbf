package io.gdpo.platform.launch;

import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.ParentWatch;
import io.quarkus.runtime.Quarkus;
import java.time.Duration;
import java.util.Arrays;

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
    ParentWatch.start(Quarkus::asyncExit, GRACE);
    Quarkus.run(args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length));
  }
}
