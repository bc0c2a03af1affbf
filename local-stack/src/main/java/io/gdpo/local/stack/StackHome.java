package io.gdpo.local.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder that holds everything a local stack keeps: databases, topics, artifacts, logs,
 * reports, and the record of the stack that runs on it.
 *
 * @param root usually {@code .gdpo}
 */
public record StackHome(Path root) {

  /** The home at {@code folder}, created if absent. */
  public static StackHome at(Path folder) {
    StackHome home = new StackHome(folder.toAbsolutePath().normalize());
    try {
      Files.createDirectories(home.logs());
      Files.createDirectories(home.artifacts());
    } catch (IOException e) {
      throw new UncheckedIOException("The home " + home.root + " cannot be created", e);
    }
    return home;
  }

  /** Record of the running stack, written by its supervisor. */
  public Path state() {
    return root.resolve("stack.json");
  }

  /** Locked by the supervisor for as long as it lives. */
  public Path lock() {
    return root.resolve("stack.lock");
  }

  public Path logs() {
    return root.resolve("logs");
  }

  public Path log(String program) {
    return logs().resolve(program + ".log");
  }

  public Path database() {
    return root.resolve("postgres");
  }

  public Path broker() {
    return root.resolve("kafka");
  }

  public Path artifacts() {
    return root.resolve("artifacts");
  }

  public URI artifactsUri() {
    return artifacts().toUri();
  }

  /** The folder of an experiment's report files. */
  public Path reports(String experiment) {
    return root.resolve("reports").resolve(experiment);
  }
}
