package io.gdpo.trainer;

import io.gdpo.platform.launch.ParentWatch;
import io.gdpo.trainer.export.ExportCommand;
import io.gdpo.trainer.train.TrainCommand;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.time.Duration;
import java.util.Arrays;

/**
 * One program, three commands: {@code serve} (the control plane; also without a command), {@code
 * train --job URI} (one training job, then exit) and {@code export} (one trained model written for
 * others, then exit); Quarkus is started for the first only.
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
      case "train" -> System.exit(TrainCommand.run(rest));
      case "export" -> System.exit(ExportCommand.run(System.out, System.err, rest));
      default -> {
        System.err.println("Unknown command '" + command + "'; there are: serve, train, export");
        System.exit(2);
      }
    }
  }
}
