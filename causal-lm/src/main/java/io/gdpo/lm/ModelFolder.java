package io.gdpo.lm;

import io.gdpo.lm.folder.SharedVocabulary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What can be told of a model folder without reading its weights: whether it can be trained. Reads
 * {@code config.json}, the tokenizer and the headers of weights; takes a second or less, whatever
 * the model's size, and leaves nothing open.
 */
public final class ModelFolder {
  private static final String GGUF = ".gguf";
  private static final String GGUF_MAGIC = "GGUF";
  private static final List<String> PICKLES = List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl");

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
    Optional<Path> base = CausalLanguageModel.adapterBase(folder);
    return base.isPresent() ? base(base.get()) : folder;
  }

  private static void requireFolder(Path folder) throws IOException {
    if (Files.isRegularFile(folder)) {
      throw new InvalidModelException(
          isGguf(folder)
              ? "%s is a GGUF file. %s".formatted(folder, conversion(folder))
              : "%s is a file; give the folder of a model in Hugging Face layout"
                  .formatted(folder));
    }
    if (!Files.isDirectory(folder)) {
      throw new InvalidModelException(
          folder
              + " is not there; give the folder of a model in Hugging Face layout (config.json,"
              + " tokenizer.json, model.safetensors)");
    }
    Optional<Path> gguf = first(folder, GGUF);
    if (gguf.isPresent() && !Files.exists(folder.resolve(ModelConfig.FILE))) {
      throw new InvalidModelException(
          "%s holds a GGUF file and no %s. %s"
              .formatted(folder, ModelConfig.FILE, conversion(gguf.get())));
    }
  }

  private static boolean isGguf(Path file) throws IOException {
    if (file.toString().endsWith(GGUF)) {
      return true;
    }
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(GGUF_MAGIC.length()), StandardCharsets.ISO_8859_1)
          .equals(GGUF_MAGIC);
    }
  }

  private static String conversion(Path gguf) {
    return "Its weights are quantised or laid out for inference; convert it with transformers and give that folder: AutoModelForCausalLM.from_pretrained(folder, gguf_file='%s').save_pretrained(other), and AutoTokenizer likewise"
        .formatted(gguf.getFileName());
  }

  /** What else there is of weights in a folder that has none in safetensors; for messages. */
  static String otherWeights(Path folder) throws IOException {
    for (String ending : PICKLES) {
      Optional<Path> pickle = first(folder, ending);
      if (pickle.isPresent()) {
        return "; %s is a pickle, which can run code when it is read: convert it where you trust it"
            .formatted(pickle.get().getFileName());
      }
    }
    return first(folder, GGUF).map(gguf -> ". " + conversion(gguf)).orElse("");
  }

  private static Optional<Path> first(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().findFirst();
    }
  }
}
