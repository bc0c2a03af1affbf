package io.gdpo.it.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The command line as a person has it: the script at the root of the checkout. */
public final class Gdpo {
  private static final long LIMIT_SECONDS = 120;

  private Gdpo() {}

  /** What a command printed, and how it ended. */
  public record Result(int exitCode, String output, String errors) {}

  public static Path script() {
    return Path.of("..", "gdpo").toAbsolutePath().normalize();
  }

  /** A command that builds nothing: these tests run on what Maven has packaged. */
  static ProcessBuilder command(Path script, String... arguments) {
    List<String> command = new ArrayList<>(List.of(script.toString(), "--no-build"));
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command);
  }

  /** Runs a command to its end. */
  public static Result run(String... arguments) {
    return run(script(), Path.of("."), arguments);
  }

  /** Runs a command to its end, with variables beside those of this process. */
  public static Result run(Map<String, String> environment, String... arguments) {
    return run(script(), Path.of("."), environment, arguments);
  }

  /** Runs a command to its end, by another path of the script and in another folder. */
  public static Result run(Path script, Path folder, String... arguments) {
    return run(script, folder, Map.of(), arguments);
  }

  private static Result run(
      Path script, Path folder, Map<String, String> environment, String... arguments) {
    try {
      Path output = Files.createTempFile("gdpo", ".out");
      Path errors = Files.createTempFile("gdpo", ".err");
      ProcessBuilder builder =
          command(script, arguments)
              .directory(folder.toFile())
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(
            "gdpo " + List.of(arguments) + " has not ended: " + Files.readString(output));
      }
      Result result =
          new Result(process.exitValue(), Files.readString(output), Files.readString(errors));
      Files.delete(output);
      Files.delete(errors);
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
