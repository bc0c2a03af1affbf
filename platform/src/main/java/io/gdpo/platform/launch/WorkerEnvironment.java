package io.gdpo.platform.launch;

import java.util.Map;

/** Environment variables of a worker, wherever it runs. */
public final class WorkerEnvironment {
  /**
   * How glibc's allocator serves tensors. Blocks of 8 MB and more go back to the system when they
   * are freed: left to itself, glibc comes to keep those of up to 32 MB, and where those of one
   * step and of the next differ in size, ever more lies free between them
   * (docs/reference/memory.md). Smaller ones are kept as ever, for which the second value must be
   * set with the first.
   */
  public static final Map<String, String> ALLOCATOR =
      Map.of(
          "MALLOC_MMAP_THRESHOLD_", Integer.toString(8 << 20),
          "MALLOC_TRIM_THRESHOLD_", Integer.toString(64 << 20));

  private WorkerEnvironment() {}

  /**
   * What a worker needs to be told beside {@link #ALLOCATOR}.
   *
   * @param processors that it computes on
   */
  public static Map<String, String> of(int processors) {
    return Map.of(
        // Under LC_ALL=C a JVM takes no file's name with letters beyond ASCII, whatever its
        // options say.
        "LC_ALL", "C.UTF-8",
        "OMP_NUM_THREADS", Integer.toString(processors),
        "OMP_WAIT_POLICY", "PASSIVE",
        "DJL_OFFLINE", "true",
        "OPT_OUT_TRACKING", "true");
  }
}
