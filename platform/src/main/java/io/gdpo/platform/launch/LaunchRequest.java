package io.gdpo.platform.launch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A process to launch: the worker with these arguments.
 *
 * @param name unique for ever: what it works on, and the attempt
 * @param arguments of the worker, such as {@code train --job file:/...}
 * @param log where output goes, appended, if the process runs on this machine
 * @param needs what it is given
 * @param environment variables to set on top of the service's own
 */
public record LaunchRequest(
    String name, List<String> arguments, Path log, Needs needs, Map<String, String> environment) {

  public LaunchRequest {
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
  }

  public LaunchRequest(String name, List<String> arguments, Path log, Needs needs) {
    this(name, arguments, log, needs, Map.of());
  }

  /**
   * What a process needs.
   *
   * @param processors to compute on, at least 1
   * @param memoryBytes that it will hold at most; 0 if that is not known
   * @param accelerators GPUs of its own
   * @param grace how long it may take to stop when it was asked to: a step, a save and an upload
   * @param stop how it is asked
   * @param pool the machines that it is to run on, by the name that the operator gave them; null
   *     for those of its verb. Of no meaning where there is one machine
   */
  public record Needs(
      int processors,
      long memoryBytes,
      int accelerators,
      Duration grace,
      StopBy stop,
      String pool) {
    public Needs {
      if (processors < 1) {
        throw new IllegalArgumentException("It needs at least 1 processor, not " + processors);
      }
    }

    /** Processors, and what most need of the rest: a short grace, no accelerator. */
    public static Needs ofProcessors(int processors) {
      return new Needs(processors, 0, 0, Duration.ofSeconds(10), StopBy.END_OF_INPUT, null);
    }

    public Needs withMemory(long bytes) {
      return new Needs(processors, bytes, accelerators, grace, stop, pool);
    }

    public Needs withGrace(Duration longer) {
      return new Needs(processors, memoryBytes, accelerators, longer, stop, pool);
    }

    public Needs withPool(String name) {
      return new Needs(processors, memoryBytes, accelerators, grace, stop, name);
    }

    public Needs withStop(StopBy other) {
      return new Needs(processors, memoryBytes, accelerators, grace, other, pool);
    }
  }

  /** How a worker is asked to stop. */
  public enum StopBy {
    /** By the end of its standard input, which also comes when its parent dies. */
    END_OF_INPUT,
    /** By SIGTERM, as Kubernetes does. */
    SIGTERM
  }
}
