package io.gdpo.lm.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The chat template among a tokenizer's files, and whether a model of ours was trained by it.
 *
 * @param text in Jinja
 * @param source where it stands, for people
 * @param specialTokens what it may name beside the messages, such as {@code bos_token}
 */
public record ChatTemplateFile(String text, String source, Map<String, JsonNode> specialTokens) {
  private static final String FILE = "chat_template.jinja";
  private static final String FIELD = "chat_template";
  private static final int LARGEST = 1 << 20;

  /** What prompts of a model of ours are rendered by; no other program looks at it. */
  private static final String TRAINED = "gdpo_prompt_template";

  private static final String CHAT = "chat";
  private static final List<String> TOKENS =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  /**
   * As transformers finds it: {@value #FILE}, else {@value #FIELD} of {@code
   * tokenizer_config.json}, of several the one named {@code default}.
   *
   * @throws InvalidModelException if there are several, and none of that name
   */
  public static Optional<ChatTemplateFile> beside(Path tokenizerJson) throws IOException {
    ObjectNode settings = settings(tokenizerJson);
    Path file = tokenizerJson.resolveSibling(FILE);
    if (Files.isRegularFile(file)) {
      if (Files.size(file) > LARGEST) {
        throw new InvalidModelException(file + " is larger than " + LARGEST + " bytes");
      }
      return Optional.of(
          new ChatTemplateFile(Files.readString(file), FILE, tokens(tokenizerJson, settings)));
    }
    JsonNode named = settings.path(FIELD);
    for (JsonNode one : named.isArray() ? named : List.<JsonNode>of()) {
      if (one.path("name").asText().equals("default")) {
        named = one.path("template");
      }
    }
    if (named.isArray() && !named.isEmpty()) {
      throw new InvalidModelException(
          "%s of %s has several templates and none is named default; name one so"
              .formatted(FIELD, tokenizerJson.resolveSibling(SideFiles.TOKENIZER_CONFIG)));
    }
    return named.isTextual()
        ? Optional.of(
            new ChatTemplateFile(
                named.textValue(),
                FIELD + " of " + SideFiles.TOKENIZER_CONFIG,
                tokens(tokenizerJson, settings)))
        : Optional.empty();
  }

  private static Map<String, JsonNode> tokens(Path tokenizerJson, ObjectNode settings)
      throws IOException {
    ObjectNode map =
        JsonFile.read(tokenizerJson.resolveSibling(SideFiles.SPECIAL_TOKENS))
            .orElseGet(JsonFile::empty);
    Map<String, JsonNode> tokens = new LinkedHashMap<>();
    for (String name : TOKENS) {
      for (JsonNode token : List.of(settings.path(name), map.path(name))) {
        JsonNode text = token.isObject() ? token.path("content") : token;
        if (text.isTextual()) {
          tokens.putIfAbsent(name, text);
        }
      }
    }
    return tokens;
  }

  private static ObjectNode settings(Path tokenizerJson) throws IOException {
    return JsonFile.read(tokenizerJson.resolveSibling(SideFiles.TOKENIZER_CONFIG))
        .orElseGet(JsonFile::empty);
  }

  /** Whether prompts are rendered by it: a stage before trained so. */
  public static boolean isUsed(Path tokenizerJson) throws IOException {
    return settings(tokenizerJson).path(TRAINED).asText().equals(CHAT);
  }

  /** Writes into a tokenizer's files in a folder whether prompts are rendered by it. */
  public static void use(Path folder, boolean used) throws IOException {
    Path file = folder.resolve(SideFiles.TOKENIZER_CONFIG);
    ObjectNode settings = settings(file);
    if (used) {
      settings.put(TRAINED, CHAT);
    } else {
      settings.remove(TRAINED);
    }
    JsonFile.write(file, settings);
  }
}
