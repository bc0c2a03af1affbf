package io.gdpo.it.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Executables that stand in for native programs of the services, for which a compiler would be
 * needed. Each takes its arguments as a native program does, options before the command, and runs
 * the service on the JVM with them.
 *
 * @param folder that holds them
 */
public record StandInPrograms(Path folder) {
  private static final List<String> SERVICES =
      List.of("dataset-service", "trainer-service", "evaluator-service");

  /** Makes one for each service. */
  public static StandInPrograms in(Path folder) throws IOException {
    StandInPrograms programs = new StandInPrograms(folder);
    for (String service : SERVICES) {
      programs.make(service);
    }
    return programs;
  }

  /** Makes the one of a service. */
  public void make(String service) throws IOException {
    Path jar = Path.of("..", service, "target/quarkus-app/quarkus-run.jar").toRealPath();
    Path program =
        Files.writeString(
            folder.resolve(service),
            """
            #!/bin/sh
            echo "$$ $*" >"$0.arguments"
            left=$#
            for argument; do
              shift
              left=$((left - 1))
              [ "$left" = 0 ] || set -- "$@" "$argument"
            done
            exec "$GDPO_LAUNCHER_JAVA" "$@" -XX:TieredStopAtLevel=1 -jar '%s' "$argument"
            """
                .formatted(jar));
    if (!program.toFile().setExecutable(true)) {
      throw new IOException(program + " cannot be made executable");
    }
  }

  /** The process and the arguments that the program of a service was run with. */
  public String ranAs(String service) throws IOException {
    return Files.readString(folder.resolve(service + ".arguments"));
  }
}
