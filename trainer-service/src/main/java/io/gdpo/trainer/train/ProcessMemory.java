package io.gdpo.trainer.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** This process's resident memory, native allocations included, as Linux counts it. */
final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessMemory() {}

  /** Bytes resident now; 0 where the system does not tell. */
  static long residentBytes() {
    return read("VmRSS:");
  }

  /** The most bytes that were ever resident; 0 where the system does not tell. */
  static long peakResidentBytes() {
    return read("VmHWM:");
  }

  private static long read(String field) {
    if (!Files.isReadable(STATUS)) {
      return 0;
    }
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException("could not read " + STATUS, e);
    }
  }
}
