package io.gdpo.local.service;

import io.gdpo.local.home.Installation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Services on the JVM, as Maven has packaged them. */
public record JarPrograms(Installation installation) implements ServicePrograms {

  @Override
  public List<String> command(Service service, Path temporary) {
    return ofJar(installation.serviceJar(service.label()), temporary);
  }

  @Override
  public List<String> options() {
    return List.of();
  }

  static List<String> ofJar(Path jar, Path temporary) {
    List<String> command =
        new ArrayList<>(
            Installation.java(
                HEAP,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.io.tmpdir=" + temporary));
    command.addAll(List.of("-jar", jar.toString(), "serve"));
    return command;
  }
}
