package io.gdpo.lm.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.ModelConfig;
import io.gdpo.lm.Tokenizer;
import io.gdpo.lm.safetensors.FloatFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * What an exported model needs beside its weights: the root's {@code config.json} as it was
 * published, tokenizer, chat template and generation settings, all of which end a text with the
 * token that the model was trained to end with.
 */
final class ExportedFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String GENERATION = "generation_config.json";
  private static final String EOS = "eos_token_id";

  /** From the trained model's folder, and from the root's where that has none. */
  private static final List<String> COPIED =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "tokenizer.model",
          "vocab.json",
          "merges.txt",
          "chat_template.jinja",
          "chat_template.json",
          GENERATION);

  private final AdapterChain chain;

  ExportedFiles(AdapterChain chain) {
    this.chain = chain;
  }

  /**
   * @param format of the embedding, which the config names as the model's
   */
  void write(Path folder, FloatFormat format) throws IOException {
    for (String name : COPIED) {
      for (Path from : List.of(chain.model(), chain.root())) {
        Path file = from.resolve(name);
        if (Files.isRegularFile(file)) {
          Files.copy(file, folder.resolve(name));
          break;
        }
      }
    }
    ObjectNode config = read(chain.root().resolve(ModelConfig.FILE));
    config.put(config.has("dtype") ? "dtype" : "torch_dtype", format.torchName());
    Path generation = folder.resolve(GENERATION);
    ObjectNode settings = Files.exists(generation) ? read(generation) : JSON.createObjectNode();
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      long trained = tokenizer.eosTokenId();
      endWith(trained, config);
      endWith(trained, settings);
    }
    write(folder.resolve(ModelConfig.FILE), config);
    write(generation, settings);
  }

  private static void endWith(long trained, ObjectNode json) {
    JsonNode eos = json.path(EOS);
    boolean named =
        eos.isArray()
            ? StreamSupport.stream(eos.spliterator(), false)
                .anyMatch(id -> id.asLong(-1) == trained)
            : eos.asLong(-1) == trained;
    if (!named) {
      json.put(EOS, trained);
    }
  }

  private static ObjectNode read(Path file) throws IOException {
    try {
      if (JSON.readTree(Files.readAllBytes(file)) instanceof ObjectNode object) {
        return object;
      }
      throw new InvalidModelException(file + " is not a JSON object");
    } catch (JsonProcessingException e) {
      throw new InvalidModelException(file + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static void write(Path file, ObjectNode json) throws IOException {
    Files.writeString(file, json.toPrettyString() + "\n");
  }
}
