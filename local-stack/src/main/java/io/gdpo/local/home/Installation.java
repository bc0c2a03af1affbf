package io.gdpo.local.home;

import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the built programs and the examples lie: the checkout that this class was loaded from.
 *
 * @param root the folder that holds {@code local-stack/}, the services and {@code examples/}
 */
public record Installation(Path root) {
  /**
   * Options of every JVM: the same everywhere, whatever the user's locale is: numbers in logs and
   * names in code.
   */
  private static final List<String> NEUTRAL_LOCALE =
      List.of(
          "-Duser.language=en",
          "-Duser.country=",
          "-Duser.script=",
          "-Duser.variant=",
          "-Dfile.encoding=UTF-8");

  /**
   * The installation that the running code belongs to. The script names it, as a path that can
   * stand in a class path; the code's own location has its links resolved.
   */
  public static Installation current() {
    String named = System.getProperty("gdpo.root");
    if (named != null) {
      return new Installation(Path.of(named));
    }
    try {
      Path code =
          Path.of(Installation.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      // <root>/local-stack/target/{classes | local-stack-x.jar}
      return new Installation(code.getParent().getParent().getParent());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("The location of gdpo's own code is not a path", e);
    }
  }

  /** Properties by which numbers and names are the same whatever the user's locale is. */
  public static List<String> neutralLocale() {
    return NEUTRAL_LOCALE;
  }

  /** This JVM's own program. */
  public static Path ownJava() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /** This JVM's Java with options, and those of every JVM: what begins a command. */
  public static List<String> java(String... options) {
    List<String> command = new ArrayList<>();
    command.add(ownJava().toString());
    command.addAll(List.of(options));
    command.addAll(NEUTRAL_LOCALE);
    return command;
  }

  /** The runnable jar of a service. */
  public Path serviceJar(String service) {
    Path jar = root.resolve(service).resolve("target/quarkus-app/quarkus-run.jar");
    if (!Files.isRegularFile(jar)) {
      throw new CommandFailure(
          ExitCode.NOT_STARTED,
          service + " is not built: there is no " + jar,
          "Run gdpo with --rebuild, or mvn -DskipTests package in " + root + ".");
    }
    return jar;
  }

  /** The folder with the worker's jar and, below it, {@code lib}. */
  public Path workerFolder() {
    Path folder = root.resolve("worker/target");
    if (!Files.isDirectory(folder.resolve("lib"))) {
      throw new CommandFailure(
          ExitCode.NOT_STARTED,
          "the worker is not built: there is no " + folder.resolve("lib"),
          "Run gdpo with --rebuild, or mvn -DskipTests package in " + root + ".");
    }
    return folder;
  }

  /** What follows Java's options to run the worker. */
  public List<String> worker() {
    Path folder = workerFolder();
    List<String> command = new ArrayList<>();
    Path classData = folder.resolve("worker.jsa");
    // As services start it (JavaProgram).
    if (Files.isRegularFile(classData) && !classData.toString().contains(File.pathSeparator)) {
      command.add("-XX:SharedArchiveFile=" + classData);
      command.add("-Xlog:cds=off");
      command.add("-Xlog:cds+dynamic=off");
    }
    command.addAll(List.of("-cp", folder + "/*:" + folder + "/lib/*", "io.gdpo.worker.Worker"));
    return command;
  }

  /** Where a stack is kept unless told otherwise; the same by whatever link the program is run. */
  public Path home() {
    try {
      return root.toRealPath().resolve(".gdpo");
    } catch (IOException e) {
      throw new UncheckedIOException("The folder " + root + " of this program is gone", e);
    }
  }

  /** A file of {@code examples/}. */
  public Path example(String name) {
    return root.resolve("examples").resolve(name);
  }
}
