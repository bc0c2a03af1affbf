package io.gdpo.platform.launch;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How to run the program that runs here once more: the packaged application ({@code java -jar
 * quarkus-run.jar}), or in a test its class path and main class.
 *
 * @param program what follows the JVM's options
 */
public record ThisProgram(List<String> program) {
  private static final String RUNNER = "quarkus-run.jar";
  private static final String SEPARATOR = File.pathSeparator;

  /**
   * What numbers and letters look like never depends on who started the service: a Turkish locale
   * has another upper case of i.
   */
  private static final List<String> SAME_EVERYWHERE =
      List.of(
          "-Duser.language=en",
          "-Duser.country=",
          "-Duser.variant=",
          "-Dfile.encoding=UTF-8",
          "-Dstdout.encoding=UTF-8",
          "-Dstderr.encoding=UTF-8");

  public ThisProgram {
    program = List.copyOf(program);
  }

  /**
   * A packaged application. Java takes a {@code :} in the address of a jar for the end of it, so
   * where the folder's name has one, the jar is named from the working directory, which a child
   * shares.
   *
   * @throws IllegalStateException if that does not help
   */
  public static ThisProgram ofJar(Path jar) {
    return new ThisProgram(List.of("-jar", address(jar, Path.of(""))));
  }

  static String address(Path jar, Path workingDirectory) {
    Path absolute = jar.toAbsolutePath().normalize();
    if (!absolute.toString().contains(SEPARATOR)) {
      return absolute.toString();
    }
    String near = workingDirectory.toAbsolutePath().normalize().relativize(absolute).toString();
    if (near.contains(SEPARATOR)) {
      throw new IllegalStateException(
          "Java cannot run "
              + absolute
              + ", because the folder's name has a '"
              + SEPARATOR
              + "'; move the application to a folder without one, or start it inside that folder");
    }
    return near;
  }

  /** Classes that are not packaged. */
  public static ThisProgram ofClassPath(String classPath, String mainClass) {
    return new ThisProgram(List.of("-cp", classPath, mainClass));
  }

  /**
   * The program of this JVM.
   *
   * @param jar the packaged application, if it is not the one that runs here
   * @param mainClass what to run when this JVM runs no packaged application, with this JVM's class
   *     path
   * @throws IllegalStateException if none of these tells what to run
   */
  public static ThisProgram current(Optional<Path> jar, Optional<String> mainClass) {
    if (jar.isPresent()) {
      return ofJar(jar.get());
    }
    String classPath = System.getProperty("java.class.path");
    if (classPath.equals(RUNNER) || classPath.endsWith(File.separator + RUNNER)) {
      return ofJar(Path.of(classPath));
    }
    return mainClass
        .map(main -> ofClassPath(classPath, main))
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "This JVM does not run "
                        + RUNNER
                        + ", so jobs need to be told what to run: set gdpo.launcher.jar or"
                        + " gdpo.launcher.main-class"));
  }

  /** The whole command: this JVM's Java, its options, the program, its arguments. */
  List<String> command(List<String> javaOptions, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(javaOptions);
    command.addAll(SAME_EVERYWHERE);
    command.addAll(program);
    command.addAll(arguments);
    return command;
  }
}
