package io.gdpo.it.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The processes of a system, found by what they inherited and not by who their parents are: of a
 * killed parent's children nobody else knows.
 */
public final class Processes {
  private static final String MARK = "IT_STACK_HOME";

  private Processes() {}

  /** Has a process, and all that it starts, be found by {@link #of}. */
  static void mark(Map<String, String> environment, Path home) {
    environment.put(MARK, home.toString());
  }

  /** All living processes of the systems on {@code home}. */
  public static List<ProcessHandle> of(Path home) {
    return ProcessHandle.allProcesses()
        .filter(process -> isOf(process, home))
        .filter(ProcessHandle::isAlive)
        .toList();
  }

  private static boolean isOf(ProcessHandle process, Path home) {
    // PostgreSQL's processes write over their environment, but they work in their data folder.
    return texts(process, "environ").contains(MARK + "=" + home)
        || worksIn(process).startsWith(home);
  }

  /** A command line as it was given. */
  static List<String> arguments(ProcessHandle process) {
    return texts(process, "cmdline");
  }

  /** What a process was given as its environment. */
  static Map<String, String> environment(ProcessHandle process) {
    return texts(process, "environ").stream()
        .map(variable -> variable.split("=", 2))
        .filter(variable -> variable.length == 2)
        .collect(Collectors.toMap(variable -> variable[0], variable -> variable[1]));
  }

  private static List<String> texts(ProcessHandle process, String file) {
    try {
      byte[] content = Files.readAllBytes(folder(process).resolve(file));
      return Arrays.asList(new String(content, StandardCharsets.UTF_8).split("\0"));
    } catch (IOException e) {
      return List.of(); // it has ended, or is another user's
    }
  }

  private static Path worksIn(ProcessHandle process) {
    try {
      return Files.readSymbolicLink(folder(process).resolve("cwd"));
    } catch (IOException e) {
      return Path.of("");
    }
  }

  private static Path folder(ProcessHandle process) {
    return Path.of("/proc", Long.toString(process.pid()));
  }
}
