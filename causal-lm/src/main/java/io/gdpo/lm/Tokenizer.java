package io.gdpo.lm;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Text to tokens and back, exactly as a Hugging Face {@code tokenizer.json} says: no special token
 * is added, nothing is cut, nothing is padded.
 *
 * <p>A special token's own text, such as {@code <|endoftext|>}, inside a text becomes that special
 * token, as with Hugging Face. Several threads may use one tokenizer. It owns native memory until
 * {@link #close}.
 */
public final class Tokenizer implements AutoCloseable {
  static final String FILE = "tokenizer.json";
  private static final String SETTINGS_FILE = "tokenizer_config.json";
  private static final String DEFAULT_EOS = "<|endoftext|>";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final HuggingFaceTokenizer tokenizer;
  private final Map<String, Long> vocabulary;
  private final String eosToken;

  private Tokenizer(
      Path file, HuggingFaceTokenizer tokenizer, Map<String, Long> vocabulary, String eosToken) {
    this.file = file;
    this.tokenizer = tokenizer;
    this.vocabulary = vocabulary;
    this.eosToken = eosToken;
  }

  /**
   * Loads a tokenizer.
   *
   * @param modelFolderOrTokenizerJson a folder that holds {@code tokenizer.json}, or that file; a
   *     {@code tokenizer_config.json} beside it names the end-of-sequence token, {@code
   *     <|endoftext|>} otherwise
   * @throws InvalidModelException if there is none, or it is not a tokenizer
   */
  public static Tokenizer load(Path modelFolderOrTokenizerJson) throws IOException {
    Path file = fileOf(modelFolderOrTokenizerJson);
    byte[] content = Files.readAllBytes(file);
    Map<String, Long> vocabulary = vocabulary(file, content);
    Map<String, String> asTheFileSays =
        Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
    try {
      HuggingFaceTokenizer tokenizer =
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(content), asTheFileSays);
      return new Tokenizer(file, tokenizer, vocabulary, eosToken(file));
    } catch (RuntimeException e) {
      throw new InvalidModelException(file + " is not a usable tokenizer: " + e.getMessage(), e);
    }
  }

  /** The {@code tokenizer.json} meant by a folder or a file. */
  static Path fileOf(Path modelFolderOrTokenizerJson) {
    Path file =
        Files.isDirectory(modelFolderOrTokenizerJson)
            ? modelFolderOrTokenizerJson.resolve(FILE)
            : modelFolderOrTokenizerJson;
    if (!Files.isRegularFile(file)) {
      throw new InvalidModelException(
          "There is no tokenizer at "
              + file
              + ". A model folder needs Hugging Face's tokenizer.json; vocab.json with merges.txt is"
              + " not enough (AutoTokenizer.from_pretrained(...).save_pretrained(folder) writes it)");
    }
    return file;
  }

  /** Copies a tokenizer's files into a model folder; nothing to do if they are there already. */
  static void copy(Path modelFolderOrTokenizerJson, Path folder) throws IOException {
    Path from = fileOf(modelFolderOrTokenizerJson);
    copyFile(from, folder.resolve(FILE));
    Path settings = from.resolveSibling(SETTINGS_FILE);
    if (Files.isRegularFile(settings)) {
      copyFile(settings, folder.resolve(SETTINGS_FILE));
    }
  }

  private static void copyFile(Path from, Path to) throws IOException {
    if (!Files.exists(to) || !Files.isSameFile(from, to)) {
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static Map<String, Long> vocabulary(Path file, byte[] content) throws IOException {
    JsonNode root;
    try {
      root = JSON.readTree(content);
    } catch (JsonProcessingException e) {
      throw new InvalidModelException(file + " is not JSON: " + e.getOriginalMessage(), e);
    }
    Map<String, Long> vocabulary = new LinkedHashMap<>();
    root.path("model")
        .path("vocab")
        .fields()
        .forEachRemaining(entry -> vocabulary.put(entry.getKey(), entry.getValue().asLong()));
    if (vocabulary.isEmpty()) {
      throw new InvalidModelException(
          file + " has no model.vocab object of token texts and ids; BPE and WordPiece have one");
    }
    root.path("added_tokens")
        .forEach(
            token -> vocabulary.put(token.path("content").asText(), token.path("id").asLong()));
    return vocabulary;
  }

  private static String eosToken(Path file) throws IOException {
    Path settings = file.resolveSibling(SETTINGS_FILE);
    if (!Files.isRegularFile(settings)) {
      return DEFAULT_EOS;
    }
    try {
      JsonNode eos = JSON.readTree(Files.readAllBytes(settings)).path("eos_token");
      return eos.isObject() ? eos.path("content").asText() : eos.asText(DEFAULT_EOS);
    } catch (JsonProcessingException e) {
      throw new InvalidModelException(settings + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** The text's tokens with their places in it; empty for an empty text. */
  public TokenSequence encode(String text) {
    if (text.isEmpty()) {
      return new TokenSequence(new long[0], new int[0], new int[0]);
    }
    Encoding encoding = tokenizer.encode(text, false, false);
    CharSpan[] spans = encoding.getCharTokenSpans();
    int[] start = new int[spans.length];
    int[] end = new int[spans.length];
    int[] utf16 = utf16IndexOfCodePoint(text);
    for (int i = 0; i < spans.length; i++) {
      start[i] = utf16[spans[i].getStart()];
      end[i] = utf16[spans[i].getEnd()];
    }
    return new TokenSequence(encoding.getIds(), start, end);
  }

  /** The native tokenizer counts Unicode code points, Java counts UTF-16 units. */
  private static int[] utf16IndexOfCodePoint(String text) {
    int codePoints = text.codePointCount(0, text.length());
    int[] index = new int[codePoints + 1];
    for (int i = 0, at = 0; i < codePoints; i++) {
      index[i] = at;
      at += Character.charCount(text.codePointAt(at));
    }
    index[codePoints] = text.length();
    return index;
  }

  /** The text of these tokens, special tokens included; broken UTF-8 becomes U+FFFD. */
  public String decode(long[] ids) {
    return ids.length == 0 ? "" : tokenizer.decode(ids, false);
  }

  /** The {@code tokenizer.json}; for messages. */
  Path file() {
    return file;
  }

  /** One more than the highest token id: a model's vocabulary must be at least this large. */
  public int vocabularySize() {
    return (int) (vocabulary.values().stream().mapToLong(Long::longValue).max().orElseThrow() + 1);
  }

  /**
   * The id of the end-of-sequence token.
   *
   * @throws InvalidModelException if the vocabulary lacks it
   */
  public long eosTokenId() {
    Long id = vocabulary.get(eosToken);
    if (id == null) {
      throw new InvalidModelException(
          "%s has no end-of-sequence token %s; name the right one as eos_token in a %s beside it"
              .formatted(file, eosToken, SETTINGS_FILE));
    }
    return id;
  }

  /** The id of the one token that this text encodes to; empty if it takes several. */
  public OptionalLong tokenId(String text) {
    long[] ids = encode(text).ids();
    return ids.length == 1 ? OptionalLong.of(ids[0]) : OptionalLong.empty();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
