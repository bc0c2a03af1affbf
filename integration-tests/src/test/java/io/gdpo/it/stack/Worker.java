package io.gdpo.it.stack;

import java.util.List;
import java.util.Optional;

/**
 * A process that computes.
 *
 * @param verb {@code plan}, {@code build}, {@code train} or {@code evaluate}
 * @param task the folder that its job lies in, as a URI; the same for each try
 */
public record Worker(ProcessHandle process, String verb, String task) {
  private static final String PROGRAM = "io.gdpo.worker.Worker";

  static Optional<Worker> in(ProcessHandle process) {
    List<String> arguments = Processes.arguments(process);
    int program = arguments.indexOf(PROGRAM);
    return program < 0 || arguments.size() < program + 4
        ? Optional.empty()
        : Optional.of(
            new Worker(
                process,
                arguments.get(program + 1),
                arguments.get(program + 3).replaceFirst("/[^/]*$", "")));
  }
}
