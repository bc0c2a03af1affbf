package io.gdpo.artifacts.process;

import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.ArtifactUri;
import io.gdpo.contracts.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Optional;

/**
 * What a worker was told by {@code --job URI}, and where it leaves what comes of it.
 *
 * @param folder beside the file; what is written there appears whole or not at all
 * @param task what the file says
 */
public record JobFile<T>(ArtifactStore folder, T task) {
  /**
   * Reads the file.
   *
   * @param verb the worker's, for words
   * @param console told what is wrong
   * @param args after the verb
   * @return empty if the arguments or the file make no sense ({@link ExitCode#USAGE})
   */
  public static <T> Optional<JobFile<T>> read(
      String verb, PrintStream console, Class<T> type, String... args) {
    if (args.length != 2 || !args[0].equals("--job")) {
      console.println("Usage: " + verb + " --job URI-OR-PATH (of a JSON file)");
      return Optional.empty();
    }
    try {
      URI job = ArtifactUri.of(args[1]);
      ArtifactStore folder = ArtifactStore.at(job.resolve("."));
      return Optional.of(new JobFile<>(folder, Json.EVENTS.readValue(folder.read(job), type)));
    } catch (ArtifactMissingException
        | IllegalArgumentException
        | IOException
        | UncheckedIOException e) {
      console.println("The job cannot be read: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Leaves something for whoever told the worker what to do. */
  public void leave(String file, Object content) {
    try {
      folder.write(file, Json.EVENTS.writeValueAsBytes(content));
    } catch (IOException e) {
      throw new IllegalStateException("No JSON can be written of " + content, e);
    }
  }
}
