package io.gdpo.trainer.train;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import java.lang.management.ManagementFactory;

/** How much memory a process may use on a device. */
@FunctionalInterface
interface AvailableMemory {
  /** Bytes. */
  long on(Device device);

  /**
   * This machine's: a GPU's own memory, or the least of physical memory and the container's limit
   * (cgroup version 1 or 2), as the JVM reads them.
   */
  static AvailableMemory ofMachine() {
    return device -> {
      if (device.isGpu()) {
        return CudaUtils.getGpuMemory(device).getMax();
      }
      return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
          .getTotalMemorySize();
    };
  }
}
