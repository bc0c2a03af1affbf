package io.gdpo.lm.model;

import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.lm.weights.OtherWeights;
import io.gdpo.lm.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What can be told of a model folder without reading its weights: whether it can be trained. Reads
 * {@code config.json}, the tokenizer and the headers of weights; takes a second or less, whatever
 * the model's size, and leaves nothing open.
 */
public final class ModelFolder {
  private ModelFolder() {}

  /**
   * Looks through a whole model, or an adapter with the model that it names as its base.
   *
   * @param further what else is asked of its tokenizer
   * @return the model's shape
   * @throws InvalidModelException if it cannot be trained; says why and what to do
   */
  public static ModelConfig check(Path folder, Consumer<Tokenizer> further) throws IOException {
    Path base = base(folder);
    ModelConfig config = withoutWeights(folder, base, further);
    WeightFiles.open(base, config::isConstant).close();
    return config;
  }

  /** The same of a folder whose weights are not there yet. */
  public static ModelConfig checkWithoutWeights(Path folder, Consumer<Tokenizer> further)
      throws IOException {
    return withoutWeights(folder, base(folder), further);
  }

  private static ModelConfig withoutWeights(Path folder, Path base, Consumer<Tokenizer> further)
      throws IOException {
    ModelConfig config = ModelConfig.load(base);
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      SharedVocabulary.require(config, tokenizer);
      further.accept(tokenizer);
    }
    return config;
  }

  private static Path base(Path folder) throws IOException {
    requireFolder(folder);
    Optional<Path> base = AdapterFolder.baseOf(folder);
    return base.isPresent() ? base(base.get()) : folder;
  }

  private static void requireFolder(Path folder) throws IOException {
    if (Files.isRegularFile(folder)) {
      throw new InvalidModelException(
          OtherWeights.isGguf(folder)
              ? "%s is a GGUF file. %s".formatted(folder, OtherWeights.conversion(folder))
              : "%s is a file; give the folder of a model in Hugging Face layout"
                  .formatted(folder));
    }
    if (!Files.isDirectory(folder)) {
      throw new InvalidModelException(
          folder
              + " is not there; give the folder of a model in Hugging Face layout (config.json,"
              + " tokenizer.json, model.safetensors)");
    }
    Optional<Path> gguf = OtherWeights.gguf(folder);
    if (gguf.isPresent() && !Files.exists(folder.resolve(ModelConfig.FILE))) {
      throw new InvalidModelException(
          "%s holds a GGUF file and no %s. %s"
              .formatted(folder, ModelConfig.FILE, OtherWeights.conversion(gguf.get())));
    }
  }
}
