package io.gdpo.lm.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.util.cuda.CudaUtils;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Chooses where tensors live and are computed. */
public final class Devices {
  /** The first GPU if there is one, else the CPU. */
  public static final String AUTO = "auto";

  private static final Pattern CUDA = Pattern.compile("cuda:(\\d+)");

  private Devices() {}

  /** How many GPUs libtorch sees. */
  @FunctionalInterface
  public interface Listing {
    int gpus();
  }

  /**
   * The device that is asked for, among those of this machine.
   *
   * @param asked {@code auto}, {@code cpu} or {@code cuda:N}
   * @throws IllegalArgumentException if it is something else, or not there
   */
  public static Device choose(String asked) {
    return choose(asked, Devices::seenByLibtorch);
  }

  /** Where there is no GPU at all, libtorch is not loaded to say so. */
  private static int seenByLibtorch() {
    return CudaUtils.getGpuCount() == 0 ? 0 : Engine.getEngine("PyTorch").getGpuCount();
  }

  /** The same among the devices of a listing. */
  public static Device choose(String asked, Listing listing) {
    Matcher cuda = CUDA.matcher(asked);
    if (asked.equals("cpu")) {
      return Device.cpu();
    }
    if (asked.equals(AUTO)) {
      return listing.gpus() > 0 ? Device.gpu(0) : Device.cpu();
    }
    if (!cuda.matches()) {
      throw new IllegalArgumentException(
          "device '" + asked + "' is none of auto, cpu and cuda:N with the number of a GPU");
    }
    int gpus = listing.gpus();
    if (gpus == 0) {
      throw new IllegalArgumentException(
          "device "
              + asked
              + " is asked for, but libtorch sees no GPU; it needs a CUDA build of libtorch 2.7.1"
              + " (PYTORCH_LIBRARY_PATH, PYTORCH_VERSION=2.7.1, PYTORCH_FLAVOR=cu128) and libcudart"
              + " on LD_LIBRARY_PATH; or say cpu");
    }
    int number = cuda.group(1).length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(cuda.group(1));
    if (number >= gpus) {
      throw new IllegalArgumentException(
          "device %s is asked for, but there are only %s"
              .formatted(
                  asked,
                  IntStream.range(0, gpus)
                      .mapToObj(i -> "cuda:" + i)
                      .collect(Collectors.joining(", "))));
    }
    return Device.gpu(number);
  }

  /** The name of a device, as it is asked for: {@code cpu} or {@code cuda:N}. */
  public static String name(Device device) {
    return device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu";
  }
}
