package io.gdpo.lm.memory;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import java.lang.management.MemoryUsage;

/** A GPU's memory, as its driver tells it: what all processes hold counts. */
public final class GpuMemory {
  private GpuMemory() {}

  /** Bytes that nobody holds now. Asking opens a context on that GPU. */
  public static long free(Device gpu) {
    MemoryUsage usage = CudaUtils.getGpuMemory(gpu);
    return usage.getMax() - usage.getUsed();
  }

  /** Bytes that there are. */
  public static long total(Device gpu) {
    return CudaUtils.getGpuMemory(gpu).getMax();
  }

  /** Bytes that somebody holds now. */
  public static long used(Device gpu) {
    return CudaUtils.getGpuMemory(gpu).getUsed();
  }
}
