package io.gdpo.lm.memory;

import ai.djl.Device;
import io.gdpo.lm.model.Devices;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Where a process computes: the CPU, or a GPU that no other job or evaluation of this machine has.
 * It is given back when this is closed or the process ends.
 */
public final class ClaimedDevice implements AutoCloseable {
  private static final String VISIBLE = "CUDA_VISIBLE_DEVICES";

  private final Device device;
  private final Optional<GpuPool.Taken> taken;

  private ClaimedDevice(Device device, Optional<GpuPool.Taken> taken) {
    this.device = device;
    this.taken = taken;
  }

  /**
   * Takes a device, or waits for it.
   *
   * @param asked {@code auto}, any GPU where there are some; {@code cpu}; or {@code cuda:N}
   * @param who is named to those that wait for it
   * @param say hears for whom it waits, and why {@code auto} takes the CPU where that may surprise
   * @param giveUp asked while it waits
   * @return empty if it gave up
   * @throws IllegalArgumentException if what is asked for is not there
   */
  public static Optional<ClaimedDevice> claim(
      String asked, String who, Consumer<String> say, BooleanSupplier giveUp) {
    Device device = Devices.choose(asked);
    if (!device.isGpu()) {
      if (asked.equals(Devices.AUTO)) {
        Devices.whyNoGpu().ifPresent(why -> say.accept("computes on the CPU: " + why));
      }
      return Optional.of(new ClaimedDevice(device, Optional.empty()));
    }
    List<String> names = names(Devices.gpus(), System.getenv(VISIBLE));
    List<String> wanted =
        asked.equals(Devices.AUTO) ? names : List.of(names.get(device.getDeviceId()));
    return GpuPool.ofMachine()
        .take(wanted, who, say, giveUp)
        .map(it -> new ClaimedDevice(Device.gpu(names.indexOf(it.gpu())), Optional.of(it)));
  }

  /** What GPUs are called among all processes, some of which see only a part of them. */
  static List<String> names(int gpus, String visible) {
    String[] seen = visible == null || visible.isBlank() ? new String[0] : visible.split(",");
    return IntStream.range(0, gpus)
        .mapToObj(i -> "GPU " + (seen.length == gpus ? seen[i].strip() : Integer.toString(i)))
        .toList();
  }

  /** The device. */
  public Device device() {
    return device;
  }

  @Override
  public void close() {
    taken.ifPresent(GpuPool.Taken::close);
  }
}
