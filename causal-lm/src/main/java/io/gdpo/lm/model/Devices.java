package io.gdpo.lm.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.util.cuda.CudaUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Chooses where tensors live and are computed. */
public final class Devices {
  /** The first GPU if there is one, else the CPU. */
  public static final String AUTO = "auto";

  private static final String LIBTORCH = "PYTORCH_LIBRARY_PATH";
  private static final String SEARCHED = "jna.library.path";
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

  /** How many GPUs this machine has that libtorch can use. */
  public static int gpus() {
    return seenByLibtorch();
  }

  /** Where there is no GPU at all, libtorch is not loaded to say so. */
  private static int seenByLibtorch() {
    findCudart();
    return CudaUtils.getGpuCount() == 0 ? 0 : Engine.getEngine("PyTorch").getGpuCount();
  }

  /**
   * GPUs are counted by libcudart, which PyTorch brings beside libtorch under a name with its
   * version; the search for it takes such names in folders that this property lists.
   */
  private static void findCudart() {
    String libtorch = System.getenv(LIBTORCH);
    if (libtorch != null && !libtorch.isBlank() && System.getProperty(SEARCHED) == null) {
      System.setProperty(SEARCHED, libtorch);
    }
  }

  /**
   * Why {@link #AUTO} takes the CPU although this machine has a GPU or a libtorch that could use
   * one, and what to do; empty where that is no surprise.
   */
  public static Optional<String> whyNoGpu() {
    String flavor = System.getenv("PYTORCH_FLAVOR");
    return whyNoGpu(
        flavor != null && flavor.startsWith("cu"),
        Files.exists(Path.of("/dev/nvidiactl")),
        seenByLibtorch());
  }

  static Optional<String> whyNoGpu(boolean libtorchHasCuda, boolean driver, int seen) {
    if (seen > 0 || (!libtorchHasCuda && !driver)) {
      return Optional.empty();
    }
    if (libtorchHasCuda && driver) {
      return Optional.of(
          "a GPU's driver is there and libtorch is built for CUDA, but no GPU is seen: libcudart was not found beside libtorch (PYTORCH_LIBRARY_PATH) or on LD_LIBRARY_PATH, or CUDA_VISIBLE_DEVICES hides them");
    }
    return Optional.of(
        driver
            ? "a GPU's driver is there, but this libtorch is built for CPUs; give the services one for CUDA (PYTORCH_LIBRARY_PATH, PYTORCH_VERSION, PYTORCH_FLAVOR: docs/how-to/gpu.md)"
            : "libtorch is built for CUDA, but this machine has no driver of a GPU; PYTORCH_FLAVOR=cpu starts without looking for one");
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
              + " beside it or on LD_LIBRARY_PATH; or say cpu");
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
