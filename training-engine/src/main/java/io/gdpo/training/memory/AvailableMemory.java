package io.gdpo.training.memory;

import ai.djl.Device;
import io.gdpo.lm.memory.GpuMemory;
import io.gdpo.lm.memory.MachineMemory;
import io.gdpo.lm.memory.MemoryEstimate;
import io.gdpo.lm.memory.MemoryShare;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** How much memory a process may use on a device. */
@FunctionalInterface
public interface AvailableMemory {
  /** Bytes. */
  long on(Device device);

  /** Bytes of it that there would be if nobody else used the device. */
  default long total(Device device) {
    return on(device);
  }

  /**
   * Waits until those that run beside this process leave what it needs; where nobody else takes of
   * this memory, not at all.
   *
   * @param who is named to those that wait for it
   * @param say hears for whom it waits
   * @param giveUp asked while it waits
   * @return what is this process's from now on; empty if it gave up
   */
  default Optional<MemoryShare.Claim> claim(
      Device device,
      String who,
      MemoryEstimate estimate,
      Consumer<String> say,
      BooleanSupplier giveUp) {
    return Optional.of(MemoryShare.Claim.NONE);
  }

  /**
   * This machine's: what is free of a GPU's own memory, which is not shared out, or {@link
   * MachineMemory#total}, which is, by {@link MemoryShare}.
   */
  static AvailableMemory ofMachine() {
    return new AvailableMemory() {
      @Override
      public long on(Device device) {
        return device.isGpu() ? GpuMemory.free(device) : MachineMemory.total();
      }

      @Override
      public long total(Device device) {
        return device.isGpu() ? GpuMemory.total(device) : MachineMemory.total();
      }

      @Override
      public Optional<MemoryShare.Claim> claim(
          Device device,
          String who,
          MemoryEstimate estimate,
          Consumer<String> say,
          BooleanSupplier giveUp) {
        return device.isGpu()
            ? Optional.of(MemoryShare.Claim.NONE)
            : MemoryShare.ofMachine().claim(who, estimate.total(), say, giveUp);
      }
    };
  }
}
