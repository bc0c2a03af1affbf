package io.gdpo.local.service;

import io.gdpo.local.home.Installation;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Services as native programs.
 *
 * @param folder holds them under the services' names; or is the checkout that they were compiled in
 */
public record NativePrograms(Path folder) implements ServicePrograms {

  public NativePrograms {
    folder = folder.toAbsolutePath().normalize();
  }

  @Override
  public List<String> command(Service service, Path temporary) {
    List<String> command = new ArrayList<>(List.of(executable(service).toString(), HEAP));
    command.add("-Djava.io.tmpdir=" + temporary);
    command.addAll(Installation.neutralLocale());
    command.add("serve");
    return command;
  }

  @Override
  public List<String> options() {
    return List.of("--native", folder.toString());
  }

  private Path executable(Service service) {
    Path named = folder.resolve(service.label());
    Path program =
        Stream.concat(Stream.of(named), compiled(service))
            .filter(Files::isRegularFile)
            .findFirst()
            .orElseThrow(
                () ->
                    new CommandFailure(
                        ExitCode.NOT_STARTED,
                        "there is no native program of "
                            + service.label()
                            + ": neither "
                            + named
                            + " nor "
                            + targetOf(service).resolve(service.label() + "-*-runner"),
                        "docs/how-to/native.md tells how it is compiled."));
    if (!Files.isExecutable(program)) {
      throw new CommandFailure(
          ExitCode.NOT_STARTED,
          program + " may not be executed",
          "If it is a native program: chmod +x " + program);
    }
    return program;
  }

  private Path targetOf(Service service) {
    return folder.resolve(service.label()).resolve("target");
  }

  private Stream<Path> compiled(Service service) {
    Path target = targetOf(service);
    if (!Files.isDirectory(target)) {
      return Stream.empty();
    }
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(target, service.label() + "-*-runner")) {
      return StreamSupport.stream(found.spliterator(), false).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(target + " cannot be listed", e);
    }
  }
}
