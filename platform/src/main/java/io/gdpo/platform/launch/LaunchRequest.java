package io.gdpo.platform.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A job to launch: the worker with these arguments.
 *
 * @param name unique for ever: job id and attempt
 * @param arguments of the worker, such as {@code train --job file:/...}
 * @param log where output goes, appended
 * @param threads cores to compute on
 * @param environment variables to set on top of the service's own
 */
public record LaunchRequest(
    String name, List<String> arguments, Path log, int threads, Map<String, String> environment) {

  public LaunchRequest {
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
    if (threads < 1) {
      throw new IllegalArgumentException(
          "Job '" + name + "' needs at least 1 thread, not " + threads);
    }
  }

  public LaunchRequest(String name, List<String> arguments, Path log, int threads) {
    this(name, arguments, log, threads, Map.of());
  }
}
