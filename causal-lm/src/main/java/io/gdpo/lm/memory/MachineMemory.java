package io.gdpo.lm.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The memory of this machine, or of the container that this process runs in. */
public final class MachineMemory {
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final Path OWN_GROUPS = Path.of("/proc/self/cgroup");
  private static final Path GROUPS = Path.of("/sys/fs/cgroup");

  private MachineMemory() {}

  /**
   * Bytes that there are: the least of physical memory and the container's limit (cgroup version 1
   * or 2), as the JVM reads them.
   */
  public static long total() {
    return system().getTotalMemorySize();
  }

  /**
   * Bytes that can be had now without taking them from another program: what the kernel says, and
   * not more than is left of the container's limit; caches of files count as free.
   */
  public static long available() {
    OptionalLong kilobytes = field(MEMINFO, "MemAvailable:");
    long machine =
        kilobytes.isPresent() ? 1024 * kilobytes.getAsLong() : system().getFreeMemorySize();
    return Math.min(machine, leftOfLimit().orElse(Long.MAX_VALUE));
  }

  /** What is left below the nearest limit of a cgroup of version 2. */
  private static OptionalLong leftOfLimit() {
    if (!Files.isReadable(OWN_GROUPS)) {
      return OptionalLong.empty();
    }
    Path own =
        lines(OWN_GROUPS)
            .filter(line -> line.startsWith("0::/"))
            .findFirst()
            .map(line -> GROUPS.resolve(line.substring("0::/".length())))
            .orElse(GROUPS);
    return Stream.iterate(own, group -> group.startsWith(GROUPS), Path::getParent)
        .flatMapToLong(group -> left(group).stream())
        .min();
  }

  private static OptionalLong left(Path group) {
    Path limit = group.resolve("memory.max");
    if (!Files.isReadable(limit)) {
      return OptionalLong.empty();
    }
    String bytes = lines(limit).findFirst().orElse("max");
    if (bytes.equals("max")) {
      return OptionalLong.empty();
    }
    long used = lines(group.resolve("memory.current")).mapToLong(Long::parseLong).sum();
    long cached = field(group.resolve("memory.stat"), "inactive_file").orElse(0);
    return OptionalLong.of(Long.parseLong(bytes) - used + cached);
  }

  private static OptionalLong field(Path file, String name) {
    return Files.isReadable(file)
        ? lines(file)
            .filter(line -> line.startsWith(name))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .findFirst()
        : OptionalLong.empty();
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      throw new UncheckedIOException("could not read " + file, e);
    }
  }

  private static com.sun.management.OperatingSystemMXBean system() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
  }
}
