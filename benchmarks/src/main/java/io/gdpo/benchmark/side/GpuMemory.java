package io.gdpo.benchmark.side;

import io.gdpo.benchmark.BenchmarkException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a process holds of GPUs' memory, as the driver tells it. */
final class GpuMemory {
  private static final List<String> LISTING =
      List.of(
          "nvidia-smi",
          "--query-compute-apps=pid,used_gpu_memory",
          "--format=csv,noheader,nounits");

  private GpuMemory() {}

  /**
   * Bytes that this process holds, context included. libtorch's allocator gives nothing back, so
   * this is the most it had.
   */
  static long ofThisProcess() throws IOException {
    Process process = new ProcessBuilder(LISTING).redirectErrorStream(true).start();
    String listing = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String own = Long.toString(ProcessHandle.current().pid());
    return listing
        .lines()
        .map(line -> line.split(", *"))
        .filter(line -> line.length == 2 && line[0].equals(own) && line[1].matches("\\d+"))
        .mapToLong(line -> Long.parseLong(line[1]) << 20)
        .findFirst()
        .orElseThrow(
            () ->
                new BenchmarkException(
                    "nvidia-smi does not tell of process " + own + ": " + listing));
  }
}
