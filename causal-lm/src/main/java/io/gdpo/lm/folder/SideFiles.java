package io.gdpo.lm.folder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * The files of a model folder beside weights and {@code config.json}: they go with the model into
 * everything that is saved of it, so that it is generated with, and talked to, as the model that
 * training started from.
 */
public final class SideFiles {
  static final String CONFIG = "config.json";
  public static final String TOKENIZER = "tokenizer.json";
  public static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  public static final String SPECIAL_TOKENS = "special_tokens_map.json";
  public static final String GENERATION = "generation_config.json";

  /** What nothing is changed in: chat templates, and tokenizers in the forms of other tools. */
  public static final List<String> AS_THEY_ARE =
      List.of(
          "chat_template.jinja",
          "chat_template.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "vocab.txt",
          "tokenizer.model",
          "spiece.model",
          "sentencepiece.bpe.model");

  private SideFiles() {}

  /**
   * Copies what stands beside a tokenizer into a folder, each naming the token by which texts end.
   *
   * @param end of texts; the files are those beside its {@code tokenizer.json}
   */
  public static void copy(EndOfText end, Path folder) throws IOException {
    Path from = end.tokenizerJson();
    copy(from, folder.resolve(TOKENIZER));
    for (String name : AS_THEY_ARE) {
      if (Files.isRegularFile(from.resolveSibling(name))) {
        copy(from.resolveSibling(name), folder.resolve(name));
      }
    }
    write(from.resolveSibling(TOKENIZER_CONFIG), folder, end::setTextIn);
    for (String name : List.of(SPECIAL_TOKENS, GENERATION)) {
      if (Files.isRegularFile(ofModel(from, name))) {
        write(ofModel(from, name), folder, name.equals(GENERATION) ? end::setIdIn : end::setTextIn);
      }
    }
  }

  /**
   * Writes the generation config that transformers makes of a model, where it came without one. The
   * mark has it look into {@code config.json} for what older models keep there.
   *
   * @param config the model's {@code config.json}
   */
  public static void writeMissingGeneration(EndOfText end, ObjectNode config, Path folder)
      throws IOException {
    if (Files.isRegularFile(ofModel(end.tokenizerJson(), GENERATION))) {
      return;
    }
    ObjectNode generation = JsonFile.empty().put("_from_model_config", true);
    for (String field : List.of("bos_token_id", "eos_token_id", "pad_token_id")) {
      if (config.path(field).isNumber() || config.path(field).isArray()) {
        generation.set(field, config.path(field).deepCopy());
      }
    }
    end.setIdIn(generation);
    JsonFile.write(folder.resolve(GENERATION), generation);
  }

  /** A file beside a tokenizer; where that is an adapter's and lacks the file, its base's. */
  static Path ofModel(Path tokenizerJson, String name) throws IOException {
    Path own = tokenizerJson.toAbsolutePath().resolveSibling(name);
    if (Files.isRegularFile(own)) {
      return own;
    }
    Optional<Path> base = AdapterFolder.baseOf(own.getParent());
    return base.map(folder -> folder.resolve(name)).orElse(own);
  }

  @FunctionalInterface
  private interface Change {
    boolean makeIn(ObjectNode content);
  }

  /** A file that need not change stays what it is, byte for byte. */
  private static void write(Path file, Path folder, Change change) throws IOException {
    ObjectNode content = JsonFile.read(file).orElseGet(JsonFile::empty);
    Path target = folder.resolve(file.getFileName());
    if (change.makeIn(content)) {
      JsonFile.write(target, content);
    } else if (Files.isRegularFile(file)) {
      copy(file, target);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    if (!Files.exists(to) || !Files.isSameFile(from, to)) {
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
