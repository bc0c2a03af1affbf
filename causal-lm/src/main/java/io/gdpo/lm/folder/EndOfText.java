package io.gdpo.lm.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.InvalidModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The token by which texts end: which one a tokenizer's files name, what else the model's files
 * say, and how it is written into what is saved. A model that is trained to end with one token and
 * saved under another never stops.
 */
public final class EndOfText {
  private static final String USUAL = "<|endoftext|>";
  private static final String TEXT = "eos_token";
  private static final String ID = "eos_token_id";

  private final Path tokenizerJson;
  private final Map<String, Long> vocabulary;
  private final String token;
  private final String source;

  private EndOfText(Path tokenizerJson, Map<String, Long> vocabulary, String token, String source) {
    this.tokenizerJson = tokenizerJson;
    this.vocabulary = vocabulary;
    this.token = token;
    this.source = source;
  }

  /**
   * The end that the files beside a {@code tokenizer.json} name: {@code eos_token} of {@code
   * tokenizer_config.json}, else of {@code special_tokens_map.json}, else the first {@code
   * eos_token_id} of {@code config.json} that the vocabulary has, else {@value #USUAL}.
   *
   * @param vocabulary of the tokenizer: ids by text
   * @throws InvalidModelException if one of these files is not JSON, or names no token where it
   *     should
   */
  public static EndOfText of(Path tokenizerJson, Map<String, Long> vocabulary) throws IOException {
    for (String name : List.of(SideFiles.TOKENIZER_CONFIG, SideFiles.SPECIAL_TOKENS)) {
      Optional<String> text = text(tokenizerJson.resolveSibling(name));
      if (text.isPresent()) {
        return new EndOfText(tokenizerJson, vocabulary, text.get(), TEXT + " of " + name);
      }
    }
    Path config = SideFiles.ofModel(tokenizerJson, SideFiles.CONFIG);
    for (long id : ids(JsonFile.read(config).orElseGet(JsonFile::empty))) {
      Optional<String> text = text(vocabulary, id);
      if (text.isPresent()) {
        return new EndOfText(tokenizerJson, vocabulary, text.get(), ID + " of " + SideFiles.CONFIG);
      }
    }
    return new EndOfText(
        tokenizerJson, vocabulary, USUAL, "the usual one, as no file beside it names another");
  }

  private static Optional<String> text(Path file) throws IOException {
    JsonNode named = JsonFile.read(file).orElseGet(JsonFile::empty).path(TEXT);
    JsonNode text = named.isObject() ? named.path("content") : named;
    if (named.isMissingNode() || named.isNull() || named.isTextual() && text.asText().isEmpty()) {
      return Optional.empty();
    }
    if (!text.isTextual()) {
      throw new InvalidModelException(
          "%s: %s must be a token's text, or an object with it as content, is %s"
              .formatted(file, TEXT, named));
    }
    return Optional.of(text.asText());
  }

  /** What a config names: one id, or a list of them; other values are not for this class. */
  public static List<Long> ids(JsonNode config) {
    JsonNode named = config.path(ID);
    List<Long> ids = new ArrayList<>();
    for (JsonNode id : named.isArray() ? named : List.of(named)) {
      if (id.isIntegralNumber()) {
        ids.add(id.longValue());
      }
    }
    return ids;
  }

  private static Optional<String> text(Map<String, Long> vocabulary, long id) {
    return vocabulary.entrySet().stream()
        .filter(entry -> entry.getValue() == id)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /**
   * The token's id.
   *
   * @throws InvalidModelException if the vocabulary lacks it
   */
  public long id() {
    Long id = vocabulary.get(token);
    if (id == null) {
      throw new InvalidModelException(
          "%s has no end-of-sequence token %s (%s); name the right one as %s in a %s beside it"
              .formatted(tokenizerJson, token, source, TEXT, SideFiles.TOKENIZER_CONFIG));
    }
    return id;
  }

  /** The token's text. */
  public String token() {
    return token;
  }

  /** Whether the vocabulary has the token. */
  boolean isKnown() {
    return vocabulary.containsKey(token);
  }

  /** The {@code tokenizer.json} whose token it is. */
  Path tokenizerJson() {
    return tokenizerJson;
  }

  /**
   * What a job says of it in its first lines: the token, and every file of the model that names
   * another.
   *
   * @param config the model's {@code config.json}
   * @throws InvalidModelException if a file is not JSON
   */
  public String introduction(ObjectNode config) throws IOException {
    List<String> others = new ArrayList<>();
    Path special = tokenizerJson.resolveSibling(SideFiles.SPECIAL_TOKENS);
    text(special)
        .filter(other -> !other.equals(token))
        .ifPresent(other -> others.add(SideFiles.SPECIAL_TOKENS + " says " + other));
    addOther(others, SideFiles.CONFIG, config);
    Path generation = SideFiles.ofModel(tokenizerJson, SideFiles.GENERATION);
    addOther(others, SideFiles.GENERATION, JsonFile.read(generation).orElseGet(JsonFile::empty));
    String said =
        String.format(Locale.ROOT, "texts end with %s (token %d, %s)", token, id(), source);
    return others.isEmpty()
        ? said
        : said
            + ", but "
            + String.join(", ", others)
            + "; %s is what is trained, and what the saved model's files will name"
                .formatted(token);
  }

  private void addOther(List<String> others, String file, JsonNode config) {
    List<Long> ids = ids(config);
    if (!ids.isEmpty() && !ids.contains(id())) {
      others.add(
          file
              + " says "
              + ids.stream()
                  .map(id -> id + text(vocabulary, id).map(t -> " (" + t + ")").orElse(""))
                  .collect(Collectors.joining(", ")));
    }
  }

  /**
   * Makes a config name it: in place of another, or before the others of a list, by which a chat's
   * turn may end too.
   *
   * @return whether that changed anything
   */
  public boolean setIdIn(ObjectNode config) {
    List<Long> before = ids(config);
    if (!isKnown() || !before.isEmpty() && before.get(0) == id()) {
      return false;
    }
    if (config.path(ID).isArray()) {
      ArrayNode ends = config.putArray(ID).add(id());
      before.stream().filter(other -> other != id()).forEach(ends::add);
    } else {
      config.put(ID, id());
    }
    return true;
  }

  /** The same for a file that names the token's text. */
  boolean setTextIn(ObjectNode settings) {
    JsonNode named = settings.path(TEXT);
    JsonNode text = named.isObject() ? named.path("content") : named;
    if (!isKnown() || text.asText().equals(token)) {
      return false;
    }
    if (named instanceof ObjectNode object) {
      object.put("content", token);
    } else {
      settings.put(TEXT, token);
    }
    return true;
  }
}
