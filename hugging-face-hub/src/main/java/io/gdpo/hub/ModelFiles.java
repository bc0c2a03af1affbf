package io.gdpo.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Which files of a repository a model needs. */
final class ModelFiles {
  static final List<String> REQUIRED = List.of("config.json", "tokenizer.json");
  static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  static final String SPECIAL_TOKENS = "special_tokens_map.json";
  static final String CHAT_TEMPLATE = "chat_template.jinja";
  static final List<String> OPTIONAL =
      List.of("generation_config.json", TOKENIZER_CONFIG, SPECIAL_TOKENS, CHAT_TEMPLATE);

  /** Nothing here reads them: they go with the model into what is saved of it. */
  static final List<String> TRAVELLING =
      List.of(
          "chat_template.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "vocab.txt",
          "tokenizer.model",
          "spiece.model",
          "sentencepiece.bpe.model");

  /** In bytes. A vocabulary in another tool's form is a few MB; what is larger stays behind. */
  static final long LARGEST_TRAVELLING = 32 << 20;

  static final String WEIGHTS = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private static final Pattern PICKLE = Pattern.compile(".*\\.(bin|pt|pth|ckpt|pkl)");
  private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*\\.safetensors");
  private static final ObjectMapper JSON = new ObjectMapper();

  private ModelFiles() {}

  /**
   * The file that holds the weights, or tells which files do.
   *
   * @throws HubException if there are none that can be read
   */
  static String weights(HubRepository model, Set<String> files) {
    if (files.contains(WEIGHTS)) {
      return WEIGHTS;
    }
    if (files.contains(INDEX)) {
      return INDEX;
    }
    Optional<String> pickle = files.stream().filter(PICKLE.asMatchPredicate()).sorted().findFirst();
    if (pickle.isPresent()) {
      throw new HubException(
          model,
          "its weights are pickles only (" + pickle.get() + "), which run code when they are read",
          "Convert them where you trust them: AutoModelForCausalLM.from_pretrained('"
              + model.id()
              + "').save_pretrained(folder, safe_serialization=True), and give the folder as the"
              + " model's path; or name a revision with "
              + WEIGHTS
              + " (the Hub's own conversion is often refs/pr/N)");
    }
    throw new HubException(
        model,
        "it has neither " + WEIGHTS + " nor " + INDEX,
        "Name a repository that holds a causal language model's weights");
  }

  /**
   * @throws HubException if one of the required files is not there
   */
  static void checkRequired(HubRepository model, Set<String> files) {
    if (!files.contains("config.json")) {
      throw new HubException(
          model, "it has no config.json", "Name a repository that holds a transformers model");
    }
    if (!files.contains("tokenizer.json")) {
      throw new HubException(
          model,
          "it has no tokenizer.json",
          "Convert its tokenizer: AutoTokenizer.from_pretrained('"
              + model.id()
              + "', use_fast=True).save_pretrained(folder), and give a folder with it and the"
              + " weights as the model's path");
    }
  }

  /**
   * The files that an index of sharded weights names, sorted.
   *
   * @throws HubException if it is no such index
   */
  static List<String> shards(HubRepository model, Path index) {
    JsonNode map;
    try {
      map = JSON.readTree(index.toFile()).path("weight_map");
    } catch (IOException e) {
      throw noIndex(model, e.getMessage(), e);
    }
    Set<String> shards = new TreeSet<>();
    for (JsonNode shard : map) {
      if (!SHARD.matcher(shard.asText()).matches()) {
        throw noIndex(model, "weight_map names '" + shard.asText() + "'", null);
      }
      shards.add(shard.asText());
    }
    if (shards.isEmpty()) {
      throw noIndex(model, "weight_map is missing or empty", null);
    }
    return List.copyOf(shards);
  }

  private static HubException noIndex(HubRepository model, String problem, Throwable cause) {
    return new HubException(
        model,
        "file " + INDEX + " is no index of safetensors: " + problem,
        "Name another revision",
        cause);
  }

  /** The first file that a model needs and that is not there. */
  static Optional<String> missing(HubRepository model, Predicate<String> isThere, Path folder) {
    for (String file : REQUIRED) {
      if (!isThere.test(file)) {
        return Optional.of(file);
      }
    }
    if (isThere.test(WEIGHTS)) {
      return Optional.empty();
    }
    if (!isThere.test(INDEX)) {
      return Optional.of(WEIGHTS);
    }
    return shards(model, folder.resolve(INDEX)).stream().filter(isThere.negate()).findFirst();
  }
}
