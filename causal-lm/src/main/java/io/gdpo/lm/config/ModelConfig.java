package io.gdpo.lm.config;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.folder.EndOfText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The shape of a decoder, as Hugging Face's {@code config.json} gives it, and what follows from it:
 * which weights it has and which TorchScript source computes it. One record for each family.
 */
public sealed interface ModelConfig permits Gpt2Config, RotaryConfig {
  /** The name of the file in a model folder. */
  String FILE = "config.json";

  /** How a family's {@code config.json} is read, by its {@code model_type}. */
  Map<String, Function<ConfigFields, ModelConfig>> FAMILIES =
      new TreeMap<>(
          Map.of(
              "gpt2", Gpt2Config::parse,
              "gptj", GptJConfig::parse,
              "gpt_neox", GptNeoXConfig::parse,
              "llama", LlamaConfig::parse,
              "mistral", MistralConfig::parse,
              "qwen2", Qwen2Config::parse,
              "qwen3", Qwen3Config::parse));

  /** {@code model_type} in {@code config.json}. */
  String family();

  /** The numbers that every family has. */
  DecoderShape shape();

  /** V, rows of the token embedding. */
  default int vocabSize() {
    return shape().vocabSize();
  }

  /** The longest sequence in tokens. */
  default int positions() {
    return shape().positions();
  }

  /** C, width of the hidden states. */
  default int width() {
    return shape().width();
  }

  /** Number of blocks. */
  default int layers() {
    return shape().layers();
  }

  /** H, heads of queries. */
  default int heads() {
    return shape().heads();
  }

  /** G, heads of keys and values. */
  default int keyValueHeads() {
    return shape().keyValueHeads();
  }

  /** D, width of a head. */
  default int headWidth() {
    return shape().headWidth();
  }

  /** Width of the feed-forward layer. */
  default int innerWidth() {
    return shape().innerWidth();
  }

  /** The token that ends a text, if the config names one. */
  default OptionalLong eosTokenId() {
    return shape().eosTokenId();
  }

  /** Whether the token embedding is also the projection to the vocabulary. */
  default boolean tieWordEmbeddings() {
    return shape().tieWordEmbeddings();
  }

  /** Epsilon of the norms. */
  default double normEpsilon() {
    return shape().normEpsilon();
  }

  /** How many positions back a token sees; 0 for all. */
  default int slidingWindow() {
    return 0;
  }

  /** The weights' names and shapes, in Hugging Face's order. */
  Map<String, Shape> weights();

  /** The weight with a row for each token. */
  String tokenEmbedding();

  /** The weight that projects to the vocabulary where the embedding is not tied. */
  default String untiedHead() {
    return "lm_head.weight";
  }

  /** The weight that projects to the vocabulary. */
  default String head() {
    return tieWordEmbeddings() ? tokenEmbedding() : untiedHead();
  }

  /** The modules that multiply by a weight: those of the blocks, then {@link #head}. */
  default List<String> products() {
    Predicate<String> inBlock = Pattern.compile(".*\\.\\d+\\..*\\.weight").asMatchPredicate();
    return weights().entrySet().stream()
        .filter(weight -> weight.getValue().dimension() == 2)
        .map(Map.Entry::getKey)
        .filter(name -> inBlock.test(name) || name.equals(head()))
        .map(name -> name.substring(0, name.length() - ".weight".length()))
        .toList();
  }

  /** What the bare transformer's checkpoints leave out of the names of weights. */
  String prefix();

  /** Whether a module's weight is stored [in, out], as GPT-2's are. */
  default boolean isStoredTransposed(String weight) {
    return false;
  }

  /** Names of the constants that old checkpoints hold beside the weights. */
  Pattern constants();

  /** Whether a tensor of this name in a file is a constant, not a weight. */
  default boolean isConstant(String name) {
    return constants().matcher(name).matches();
  }

  /**
   * Standard deviation of a weight's random initial values: matrices start normal, with the
   * config's deviation; norms and biases start constant, 0 here.
   */
  default double initialDeviation(String weight) {
    return isNorm(weight) || weight.endsWith(".bias") ? 0 : shape().initializerRange();
  }

  /** What a weight that does not start at random starts at. */
  default float initialConstant(String weight) {
    return isNorm(weight) && weight.endsWith(".weight") ? 1 : 0;
  }

  private static boolean isNorm(String weight) {
    return weight.contains("norm.") || weight.contains(".ln_");
  }

  /** The TorchScript sources, beside this class, that compute the family. */
  default List<String> sources() {
    return List.of(family() + ".py");
  }

  /** The family's numbers that its TorchScript source reads, besides those of every decoder. */
  default Map<String, Object> attributes() {
    return Map.of();
  }

  /** The fields of {@code config.json}. */
  ObjectNode json();

  /**
   * Reads {@code config.json} from a model folder.
   *
   * @throws InvalidModelException if it is absent, not JSON, of an unknown family, or asks for what
   *     is not supported
   */
  static ModelConfig load(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new InvalidModelException(
          folder + " is not a model folder: it has no " + FILE + " (Hugging Face layout)");
    }
    try {
      JsonNode config = new ObjectMapper().readTree(Files.readAllBytes(file));
      if (!config.isObject()) {
        throw new InvalidModelException("expected a JSON object");
      }
      String type = config.path("model_type").asText("");
      Function<ConfigFields, ModelConfig> family = FAMILIES.get(type);
      if (family == null) {
        throw new InvalidModelException(
            (type.isEmpty()
                    ? "model_type is missing"
                    : "model_type \"" + type + "\" is not supported: its family is not built here")
                + "; take a model of "
                + String.join(", ", FAMILIES.keySet()));
      }
      ConfigFields fields = new ConfigFields(config);
      ModelConfig read = family.apply(fields);
      String seen = read.slidingWindow() > 0 ? "sliding_attention" : "full_attention";
      fields.requireAll("layer_types", seen, read.layers());
      fields.refuseOthers();
      return read;
    } catch (JsonProcessingException e) {
      throw new InvalidModelException(file + " is not JSON: " + e.getOriginalMessage(), e);
    } catch (InvalidModelException e) {
      throw new InvalidModelException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Writes {@code config.json} into a model folder, as Hugging Face's transformers reads it.
   *
   * @param end by which token its texts end, whatever the model's own config says
   */
  default void save(Path folder, EndOfText end) throws IOException {
    ObjectNode fields = json().deepCopy();
    end.setIdIn(fields);
    Files.writeString(folder.resolve(FILE), fields.toPrettyString() + "\n");
  }

  /** A GPT-2 of this size, all else as OpenAI's GPT-2 has it, with tied embeddings. */
  static Gpt2Config gpt2(int vocabSize, int positions, int width, int layers, int heads) {
    return Gpt2Config.parse(
        new ConfigFields(
            JsonNodeFactory.instance
                .objectNode()
                .put("vocab_size", vocabSize)
                .put("n_positions", positions)
                .put("n_embd", width)
                .put("n_layer", layers)
                .put("n_head", heads)));
  }
}
