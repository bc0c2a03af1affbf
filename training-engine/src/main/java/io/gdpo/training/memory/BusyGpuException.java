package io.gdpo.training.memory;

import ai.djl.Device;
import io.gdpo.lm.memory.MemoryEstimate;
import io.gdpo.lm.model.Devices;
import java.util.Locale;

/**
 * A GPU's memory, of which others hold a part, does not suffice now and would alone: another try
 * may find it free.
 */
public final class BusyGpuException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private BusyGpuException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Refuses to begin.
   *
   * @throws BusyGpuException if a job fits into a GPU's memory, but not beside what others hold of
   *     it
   */
  public static void check(MemoryEstimate estimate, Device device, AvailableMemory memory) {
    long free = memory.on(device);
    long all = memory.total(device);
    if (device.isGpu() && estimate.total() > free && estimate.total() <= all) {
      throw new BusyGpuException(
          String.format(
              Locale.ROOT,
              "%s has %s free of %s, and the job needs about %s: other programs hold the rest; it is tried again later",
              Devices.name(device),
              MemoryEstimate.megabytes(free),
              MemoryEstimate.megabytes(all),
              estimate),
          null);
    }
  }

  /** That memory ran out although the job was estimated to fit. */
  static BusyGpuException whileRunning(String account, Device device) {
    return new BusyGpuException(
        Devices.name(device)
            + "'s memory ran out while other programs hold a part of it; it is tried again later ("
            + account
            + ")",
        null);
  }

  /**
   * What to say of a job whose memory ran out.
   *
   * @param othersHeld bytes of the device that others held when the job began
   */
  public static RuntimeException of(
      MemoryPlan plan, MemoryEstimate estimate, Throwable cause, Device device, long othersHeld) {
    return device.isGpu() && othersHeld > MemoryEstimate.CONTEXT
        ? whileRunning(OutOfMemory.account(cause), device)
        : plan.exhausted(estimate, cause);
  }
}
