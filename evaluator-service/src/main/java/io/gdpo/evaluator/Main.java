package io.gdpo.evaluator;

import io.gdpo.evaluator.evaluate.EvaluateCommand;
import io.gdpo.platform.launch.ParentWatch;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.time.Duration;
import java.util.Arrays;

/**
 * One program with two commands: {@code serve} (the default) is the service; {@code evaluate
 * --request URI} measures one checkpoint and exits, without starting Quarkus.
 */
@QuarkusMain
public final class Main {
  /** How long the service may take to end when its supervisor is gone. */
  private static final Duration GRACE = Duration.ofSeconds(15);

  private Main() {}

  public static void main(String... args) {
    String command = args.length == 0 ? "serve" : args[0];
    String[] rest = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
    switch (command) {
      case "serve" -> {
        ParentWatch.start(Quarkus::asyncExit, GRACE);
        Quarkus.run(rest);
      }
      case "evaluate" -> System.exit(EvaluateCommand.run(rest));
      default -> {
        System.err.println("Unknown command '" + command + "'; there are: serve, evaluate");
        System.exit(EvaluateCommand.MISUSED);
      }
    }
  }
}
