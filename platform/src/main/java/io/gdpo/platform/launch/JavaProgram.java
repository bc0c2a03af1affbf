package io.gdpo.platform.launch;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How to run a Java program.
 *
 * @param java the program of the JVM
 * @param program what follows the JVM's options: {@code -cp}, the class path and the main class;
 *     before them what makes this program start sooner
 */
public record JavaProgram(String java, List<String> program) {
  private static final String WORKER = "io.gdpo.worker.Worker";
  private static final String LIBRARIES = "lib";
  private static final String CLASS_DATA = "worker.jsa";
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

  public JavaProgram {
    program = List.copyOf(program);
  }

  /** Classes by their class path, run by this program's Java. */
  public static JavaProgram ofClassPath(String classPath, String mainClass) {
    return new JavaProgram(
        java(System.getProperty("java.home"), System.getenv("JAVA_HOME")),
        List.of("-cp", classPath, mainClass));
  }

  /** The same by another Java. */
  JavaProgram by(Path otherJava) {
    return new JavaProgram(otherJava.toString(), program);
  }

  /**
   * The Java that is there.
   *
   * @param own where this JVM lies; null in a native program, which brings none
   * @param installed what {@code JAVA_HOME} says, or null
   */
  static String java(String own, String installed) {
    String home = own == null ? installed : own;
    return home == null ? "java" : Path.of(home, "bin", "java").toString();
  }

  /**
   * The worker ({@code gdpo-worker}).
   *
   * @param worker the folder with its jar and, below it, {@code lib}; or the file {@code
   *     class-path} that a build leaves beside its {@code classes}
   * @throws IllegalStateException if it is not there, or Java could not run it from there
   */
  public static JavaProgram ofWorker(Path worker) {
    if (!Files.isDirectory(worker)) {
      return ofClassPath(classes(worker), WORKER);
    }
    JavaProgram program = ofClassPath(jars(worker), WORKER);
    Path classData = worker.toAbsolutePath().resolve(CLASS_DATA);
    // A ':' there would be the end of one file's name and the beginning of another's.
    return Files.isRegularFile(classData) && !classData.toString().contains(SEPARATOR)
        ? program.with(classData)
        : program;
  }

  /**
   * The same with its classes as a build laid them out in memory (class data sharing). The JVM
   * looks whether they are those of its class path and of itself, and reads the jars otherwise;
   * that is nothing to tell of.
   */
  private JavaProgram with(Path classData) {
    List<String> sooner = new ArrayList<>();
    sooner.add("-XX:SharedArchiveFile=" + classData);
    sooner.add("-Xlog:cds=off");
    sooner.add("-Xlog:cds+dynamic=off");
    sooner.addAll(program);
    return new JavaProgram(java, sooner);
  }

  /** Where the worker lies beside this service, if both were built in the same checkout. */
  public static Optional<Path> workerBesideService() {
    return Optional.ofNullable(System.getProperty("java.class.path"))
        .filter(classPath -> !classPath.isEmpty()) // a native program has none
        .or(() -> ProcessHandle.current().info().command())
        .flatMap(program -> workerBeside(Path.of(program)));
  }

  /**
   * Where the worker lies beside a service.
   *
   * @param service its {@code quarkus-run.jar}, or its native program where Maven leaves it
   */
  static Optional<Path> workerBeside(Path service) {
    Path program = service.toAbsolutePath().normalize();
    Path folder = program.endsWith(Path.of("quarkus-app", RUNNER)) ? program.getParent() : program;
    Path target = folder.getParent();
    if (target == null || !target.endsWith("target")) {
      return Optional.empty();
    }
    return Optional.of(target.getParent().resolveSibling("worker").resolve("target"))
        .filter(Files::isDirectory);
  }

  private static String jars(Path folder) {
    if (!Files.isDirectory(folder.resolve(LIBRARIES))) {
      throw new IllegalStateException(
          folder + " does not hold the worker: it has no folder " + LIBRARIES + "; build it");
    }
    String own = address(folder, Path.of(""));
    return own
        + File.separator
        + "*"
        + SEPARATOR
        + own
        + File.separator
        + LIBRARIES
        + File.separator
        + "*";
  }

  private static String classes(Path classPath) {
    try {
      Path classes = classPath.toAbsolutePath().resolveSibling("classes");
      return classes + SEPARATOR + Files.readString(classPath).strip();
    } catch (IOException e) {
      throw new IllegalStateException(
          "The worker is not at " + classPath + " (" + e + "); set gdpo.launcher.worker", e);
    }
  }

  /**
   * A folder's address in a class path. A {@code :} ends an entry there, so where the folder's name
   * has one it is named from the working directory, which a child shares.
   */
  static String address(Path folder, Path workingDirectory) {
    Path absolute = folder.toAbsolutePath().normalize();
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

  /** The whole command: Java, its options, the program, its arguments. */
  List<String> command(List<String> javaOptions, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(java);
    command.addAll(javaOptions);
    command.addAll(SAME_EVERYWHERE);
    command.addAll(program);
    command.addAll(arguments);
    return command;
  }
}
