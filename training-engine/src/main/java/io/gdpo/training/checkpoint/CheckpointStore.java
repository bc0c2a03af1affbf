package io.gdpo.training.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.artifacts.Digests;
import io.gdpo.contracts.Json;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.checkpoint.TrainingState.FileDigest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Resumable checkpoints of one run: folders {@code step-N} with the model in Hugging Face layout,
 * {@code optimizer.safetensors} and {@code state.json}, which holds the checksums of the others. A
 * checkpoint appears whole or not at all, and one that is damaged later is passed over for the one
 * before it.
 *
 * <p>Only what is named {@code step-N} here is ever deleted, never the latest: the best and the
 * last model, which later stages and evaluations read, and their reference lie outside.
 *
 * @param folder where they are kept
 * @param keep how many stay besides the latest, the newest first
 * @param log told of checkpoints that are passed over
 */
public record CheckpointStore(Path folder, int keep, Consumer<String> log) {
  private static final Pattern NAME = Pattern.compile("step-(\\d+)");
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final String STATE = "state.json";

  /**
   * A checkpoint that was read and verified.
   *
   * @param model folder in Hugging Face layout
   * @param optimizer the optimizer's state
   */
  public record Saved(Path model, Path optimizer, TrainingState state) {}

  /**
   * Saves a checkpoint, then deletes the oldest beyond those to keep.
   *
   * @param model writes the model, or its adapter, into the checkpoint's folder
   * @param optimizer writes the optimizer's state into the file that it is given
   * @throws TrainingFailedException if it cannot be written; earlier ones stay
   */
  public void save(TrainingState state, AtomicFiles.Content model, AtomicFiles.Content optimizer) {
    Path target = folder.resolve("step-" + state.step());
    try {
      AtomicFiles.replace(
          target,
          temporary -> {
            model.writeTo(temporary);
            optimizer.writeTo(temporary.resolve(OPTIMIZER));
            Files.write(
                temporary.resolve(STATE),
                Json.EVENTS
                    .writerWithDefaultPrettyPrinter()
                    .writeValueAsBytes(state.withFiles(digests(temporary))));
          });
      List<Path> all = newestFirst();
      for (Path old : all.stream().skip(1L + keep).toList()) {
        AtomicFiles.delete(old);
      }
    } catch (IOException e) {
      throw new TrainingFailedException(
          "could not write the checkpoint "
              + target
              + " ("
              + e.getMessage()
              + "); earlier checkpoints are intact: make room and start the job again",
          e);
    }
  }

  /** The newest checkpoint that is whole. */
  public Optional<Saved> latest() throws IOException {
    for (Path checkpoint : newestFirst()) {
      try {
        TrainingState state =
            Json.EVENTS.readValue(checkpoint.resolve(STATE).toFile(), TrainingState.class);
        Optional<String> damage = damage(checkpoint, state);
        if (damage.isEmpty()) {
          return Optional.of(new Saved(checkpoint, checkpoint.resolve(OPTIMIZER), state));
        }
        passOver(checkpoint, damage.get());
      } catch (JsonProcessingException e) {
        passOver(checkpoint, STATE + " is not readable: " + e.getOriginalMessage());
      } catch (IOException e) {
        passOver(checkpoint, e.toString());
      }
    }
    return Optional.empty();
  }

  private void passOver(Path checkpoint, String damage) {
    log.accept("checkpoint %s is damaged and passed over: %s".formatted(checkpoint, damage));
  }

  private static Optional<String> damage(Path checkpoint, TrainingState state) throws IOException {
    if (state.files() == null || !state.files().containsKey(OPTIMIZER)) {
      return Optional.of(STATE + " names no files");
    }
    for (Map.Entry<String, FileDigest> expected : state.files().entrySet()) {
      Path file = checkpoint.resolve(expected.getKey());
      if (!Files.exists(file)) {
        return Optional.of(expected.getKey() + " is missing");
      }
      if (Files.size(file) != expected.getValue().bytes()) {
        return Optional.of(
            String.format(
                Locale.ROOT,
                "%s has %d bytes, not %d",
                expected.getKey(),
                Files.size(file),
                expected.getValue().bytes()));
      }
      if (!Digests.ofFile(file).equals(expected.getValue().sha256())) {
        return Optional.of(expected.getKey() + " has another checksum");
      }
    }
    return Optional.empty();
  }

  private static Map<String, FileDigest> digests(Path checkpoint) throws IOException {
    Map<String, FileDigest> digests = new TreeMap<>();
    try (Stream<Path> files = Files.list(checkpoint)) {
      for (Path file : files.toList()) {
        digests.put(
            file.getFileName().toString(), new FileDigest(Files.size(file), Digests.ofFile(file)));
      }
    }
    return digests;
  }

  private List<Path> newestFirst() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(p -> NAME.matcher(p.getFileName().toString()).matches())
          .sorted(Comparator.comparingLong(CheckpointStore::step).reversed())
          .toList();
    }
  }

  private static long step(Path checkpoint) {
    Matcher name = NAME.matcher(checkpoint.getFileName().toString());
    return name.matches() ? Long.parseLong(name.group(1)) : -1;
  }
}
