package io.gdpo.lm.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process's resident memory, native allocations included, as Linux counts it. */
public final class ProcessMemory {
  private static final String OWN = "self";

  private ProcessMemory() {}

  /** Bytes of this process that are resident now; 0 where the system does not tell. */
  public static long residentBytes() {
    return read(OWN, "VmRSS:");
  }

  /** The most bytes of it that were ever resident; 0 where the system does not tell. */
  public static long peakResidentBytes() {
    return read(OWN, "VmHWM:");
  }

  /** Bytes of another process that are resident now; 0 if there is none. */
  static long residentBytes(long pid) {
    return read(Long.toString(pid), "VmRSS:");
  }

  private static long read(String process, String field) {
    try {
      return Files.readAllLines(Path.of("/proc", process, "status")).stream()
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException noSuchProcess) {
      return 0; // it has ended, or this system has no such files
    }
  }
}
