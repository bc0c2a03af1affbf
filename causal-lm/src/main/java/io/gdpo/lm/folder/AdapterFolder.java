package io.gdpo.lm.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gdpo.lm.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A folder that holds low-rank updates, and where the model is that they are updates of. */
public final class AdapterFolder {
  public static final String CONFIG = "adapter_config.json";
  private static final Pattern ADDRESS = Pattern.compile("[a-z][a-z0-9+.-]+://.+");
  private static final Pattern NAMED_BY_CONTENT = Pattern.compile("reference-[0-9a-f]{16}");

  /** How many folders above an adapter a base is looked for: JOB/best, JOB/checkpoints/step-N. */
  private static final int LEVELS = 2;

  private AdapterFolder() {}

  /**
   * The folder of the model that an adapter was trained on; empty if this is no adapter's folder.
   *
   * @throws InvalidModelException if it is an adapter whose base is not there
   */
  public static Optional<Path> baseOf(Path folder) throws IOException {
    return isIn(folder) ? Optional.of(base(folder)) : Optional.empty();
  }

  /** Whether a folder holds an adapter. */
  private static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(CONFIG));
  }

  /**
   * The folder of the model that an adapter was trained on.
   *
   * @throws InvalidModelException if it is not where the adapter's file says, nor has moved with it
   */
  public static Path base(Path folder) throws IOException {
    String named = json(folder).path("base_model_name_or_path").asText("");
    Path base = folder.resolve(named).normalize();
    if (!named.isEmpty() && Files.isDirectory(base) && !Files.isSameFile(base, folder)) {
      return base;
    }
    if (ADDRESS.matcher(named).matches()) {
      Optional<BaseLocator> locator = ServiceLoader.load(BaseLocator.class).findFirst();
      if (locator.isPresent()) {
        return locator.get().locate(named);
      }
    }
    return movedAlong(folder, base)
        .orElseThrow(
            () ->
                new InvalidModelException(
                    "%s: base_model_name_or_path \"%s\" is not the folder of another model here; set it to the folder of the model that the adapter was trained on, wherever that has been moved to"
                        .formatted(folder.resolve(CONFIG), named)));
  }

  /**
   * A base in the folder of the job that trained the adapter, which has been moved as a whole. Only
   * one whose name holds a digest of what it follows from is looked for: of others, a namesake may
   * be another model.
   */
  private static Optional<Path> movedAlong(Path folder, Path base) {
    Path name = base.getFileName();
    if (name == null || !NAMED_BY_CONTENT.matcher(name.toString()).matches()) {
      return Optional.empty();
    }
    return Stream.iterate(folder.toAbsolutePath().normalize().getParent(), Path::getParent)
        .takeWhile(Objects::nonNull)
        .limit(LEVELS)
        .map(ancestor -> ancestor.resolve(name))
        .filter(Files::isDirectory)
        .findFirst();
  }

  /** The adapter's configuration. */
  public static JsonNode json(Path folder) throws IOException {
    try {
      return new ObjectMapper().readTree(Files.readAllBytes(folder.resolve(CONFIG)));
    } catch (JsonProcessingException e) {
      throw new InvalidModelException(
          folder.resolve(CONFIG) + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }
}
