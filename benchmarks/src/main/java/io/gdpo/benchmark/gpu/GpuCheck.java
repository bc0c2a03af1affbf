package io.gdpo.benchmark.gpu;

import ai.djl.Device;
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
    Device device = Devices.choose(args[0]);
    Findings findings = new Findings(System.out);
    Path folder = Files.createTempDirectory("gpu-check");
    new FamilyCheck(device, findings).run(folder);
    new JobCheck(args[0], findings, folder).run();
    if (!findings.allHold()) {
      System.exit(1);
    }
  }
}
