package io.gdpo.evaluator;

import io.gdpo.artifacts.process.ParentWatch;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.time.Duration;
import java.util.Arrays;

/** The service's program; its one command {@code serve} may be left out. */
@QuarkusMain
public final class Main {
  /** How long the service may take to end when its supervisor is gone. */
  private static final Duration GRACE = Duration.ofSeconds(15);

  private Main() {}

  public static void main(String... args) {
    if (args.length > 0 && !args[0].equals("serve")) {
      System.err.println("Unknown command '" + args[0] + "'; there is: serve");
      System.exit(2);
    }
    ParentWatch.start(Quarkus::asyncExit, GRACE);
    Quarkus.run(args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length));
  }
}
