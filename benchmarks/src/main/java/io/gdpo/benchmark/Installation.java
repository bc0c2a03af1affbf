package io.gdpo.benchmark;

import io.gdpo.benchmark.side.Side;
import io.gdpo.benchmark.side.Worker;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where things are in a checkout, and how processes are started there: both sides with the same
 * number of threads, none of which spins while it waits.
 *
 * @param root of the checkout
 * @param threads of each side
 * @param device of each side
 */
record Installation(Path root, int threads, String device) {
  /**
   * Names the Python of the peers where the one that {@code benchmarks/run} makes is not wanted.
   */
  private static final String PYTHON = "BENCHMARKS_PYTHON";

  private static final String INTERPRETER = ".venv/bin/python";

  boolean onGpu() {
    return !device.equals("cpu");
  }

  Path samples() {
    return root.resolve("examples");
  }

  Path work() {
    return root.resolve("benchmarks/target/work");
  }

  /** Starts the process of a contender. */
  Side start(Contender contender, Path log) {
    return switch (contender.engine()) {
      case PYTHON -> new Side(contender.label(), python(), environment(), log);
      case JAVA -> new Side(contender.label(), java(), environment(), log);
    };
  }

  private List<String> python() {
    Path benchmarks = root.resolve("benchmarks");
    return List.of(
        Optional.ofNullable(System.getenv(PYTHON))
            .orElseGet(() -> benchmarks.resolve(INTERPRETER).toString()),
        benchmarks.resolve("peers/serve.py").toString());
  }

  /** As services start their training jobs. */
  private List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("-D"))
        .forEach(command::add);
    Collections.addAll(
        command,
        "-Xmx1g",
        "-XX:+ExitOnOutOfMemoryError",
        "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
        "-Dai.djl.pytorch.num_threads=" + threads,
        "-Dai.djl.pytorch.num_interop_threads=1",
        "-cp",
        System.getProperty("java.class.path"),
        Worker.class.getName());
    return command;
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("OMP_NUM_THREADS", Integer.toString(threads));
    environment.put("OMP_WAIT_POLICY", "PASSIVE");
    environment.put("DJL_OFFLINE", "true");
    environment.put("OPT_OUT_TRACKING", "true");
    environment.put("HF_HOME", work().resolve("hugging-face").toString());
    environment.put("HF_HUB_OFFLINE", "1");
    environment.put("TOKENIZERS_PARALLELISM", "false");
    if (!onGpu()) {
      environment.put("CUDA_VISIBLE_DEVICES", "");
    }
    return environment;
  }
}
