package io.gdpo.benchmark.gpu;

import ai.djl.Device;
import io.gdpo.benchmark.BenchmarkException;
import io.gdpo.lm.model.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether a GPU computes what the CPU does: every family, every way back, jobs and an evaluation.
 * The program behind {@code benchmarks/gpu}.
 */
public final class GpuCheck {
  private GpuCheck() {}

  /**
   * Compares.
   *
   * @param args the device, such as {@code cuda:0}
   */
  public static void main(String[] args) throws IOException {
    try {
      if (!check(args[0])) {
        System.exit(1);
      }
    } catch (IllegalArgumentException | BenchmarkException e) {
      System.err.println("benchmarks: " + e.getMessage());
      System.exit(1);
    }
  }

  private static boolean check(String asked) throws IOException {
    Device device = Devices.choose(asked);
    Findings findings = new Findings(System.out);
    Path folder = Files.createTempDirectory("gpu-check");
    new FamilyCheck(device, findings).run(folder);
    new JobCheck(asked, findings, folder).run();
    return findings.allHold();
  }
}
