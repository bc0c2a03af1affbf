package io.gdpo.lm.config;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
  Map<String, Function<JsonNode, ModelConfig>> FAMILIES =
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

  /** V, rows of the token embedding. */
  int vocabSize();

  /** The longest sequence in tokens. */
  int positions();

  /** C, width of the hidden states. */
  int width();

  /** Number of blocks. */
  int layers();

  /** H, heads of queries. */
  int heads();

  /** G, heads of keys and values. */
  int keyValueHeads();

  /** D, width of a head. */
  int headWidth();

  /** Width of the feed-forward layer. */
  int innerWidth();

  /** How many positions back a token sees; 0 for all. */
  default int slidingWindow() {
    return 0;
  }

  /** The token that ends a text, if the config names one. */
  OptionalLong eosTokenId();

  /** Whether the token embedding is also the projection to the vocabulary. */
  boolean tieWordEmbeddings();

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

  /** Whether a tensor of this name in a file is a constant, not a weight. */
  boolean isConstant(String name);

  /** Standard deviation of a weight's random initial values; 0 for those that start constant. */
  double initialDeviation(String weight);

  /** What a weight that does not start at random starts at. */
  float initialConstant(String weight);

  /** The TorchScript sources, beside this class, that compute the family. */
  default List<String> sources() {
    return List.of(family() + ".py");
  }

  /** The family's numbers that its TorchScript source reads, besides those of every decoder. */
  Map<String, Object> attributes();

  /** Epsilon of the norms. */
  double normEpsilon();

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
      Function<JsonNode, ModelConfig> family = FAMILIES.get(type);
      if (family == null) {
        throw new InvalidModelException(
            (type.isEmpty()
                    ? "model_type is missing"
                    : "model_type \"" + type + "\" is not supported: its family is not built here")
                + "; take a model of "
                + String.join(", ", FAMILIES.keySet()));
      }
      return family.apply(config);
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
  static Gpt2Config gpt2(int vocabSize, int nPositions, int nEmbd, int nLayer, int nHead) {
    return new Gpt2Config(
        vocabSize,
        nPositions,
        nEmbd,
        nLayer,
        nHead,
        4 * nEmbd,
        1e-5,
        0.02,
        true,
        OptionalLong.empty());
  }
}
