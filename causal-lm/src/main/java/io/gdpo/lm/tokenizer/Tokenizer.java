package io.gdpo.lm.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.chat.ChatTemplate;
import io.gdpo.lm.folder.BeginningOfSequence;
import io.gdpo.lm.folder.ChatTemplateFile;
import io.gdpo.lm.folder.EndOfText;
import io.gdpo.lm.folder.SideFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private final Path file;
  private final HuggingFaceTokenizer tokenizer;
  private final Map<String, Long> vocabulary;
  private final List<String> specialTokens;
  private final EndOfText endOfText;
  private final long[] bos;
  private final Optional<ChatTemplate> chatTemplate;

  private Tokenizer(
      Path file,
      HuggingFaceTokenizer tokenizer,
      Map<String, Long> vocabulary,
      List<String> specialTokens,
      EndOfText endOfText,
      long[] bos,
      Optional<ChatTemplate> chatTemplate) {
    this.file = file;
    this.tokenizer = tokenizer;
    this.vocabulary = vocabulary;
    this.specialTokens = specialTokens;
    this.endOfText = endOfText;
    this.bos = bos;
    this.chatTemplate = chatTemplate;
  }

  /**
   * Loads a tokenizer.
   *
   * @param modelFolderOrTokenizerJson a folder that holds {@code tokenizer.json}, or that file;
   *     files beside it name the end-of-sequence token ({@link EndOfText#of})
   * @throws InvalidModelException if there is none, or it is not a tokenizer
   */
  public static Tokenizer load(Path modelFolderOrTokenizerJson) throws IOException {
    Path file = fileOf(modelFolderOrTokenizerJson);
    byte[] content = Files.readAllBytes(file);
    JsonNode root = json(file, content);
    Map<String, Long> vocabulary = vocabulary(file, root);
    EndOfText endOfText = EndOfText.of(file, vocabulary);
    Optional<ChatTemplate> chatTemplate =
        ChatTemplateFile.isUsed(file) ? ChatTemplate.beside(file) : Optional.empty();
    Map<String, String> asTheFileSays =
        Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
    try {
      HuggingFaceTokenizer tokenizer =
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(content), asTheFileSays);
      return new Tokenizer(
          file,
          tokenizer,
          vocabulary,
          specialTokens(root),
          endOfText,
          BeginningOfSequence.of(tokenizer, file, vocabulary),
          chatTemplate);
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

  /**
   * Copies a tokenizer's files, and those beside it that belong to its model, into a folder.
   *
   * @return the token by which texts end, which the copies name
   * @throws InvalidModelException as {@link #load}
   */
  public static EndOfText copy(Path modelFolderOrTokenizerJson, Path folder) throws IOException {
    Path file = fileOf(modelFolderOrTokenizerJson);
    EndOfText end = EndOfText.of(file, vocabulary(file, json(file, Files.readAllBytes(file))));
    SideFiles.copy(end, folder);
    return end;
  }

  /**
   * Copies a tokenizer's files into a folder, changed so that nothing is put in front of a text:
   * neither here nor by transformers, which read the folder alike.
   *
   * @throws InvalidModelException if it cannot be taken away
   */
  public static void copyWithoutBos(Path modelFolderOrTokenizerJson, Path folder)
      throws IOException {
    Files.createDirectories(folder);
    copy(modelFolderOrTokenizerJson, folder);
    BeginningOfSequence.remove(folder);
    try (Tokenizer copied = load(folder)) {
      long[] left = BeginningOfSequence.ofPostProcessor(copied.tokenizer);
      if (left.length > 0) {
        throw new InvalidModelException(
            "%s puts %s in front of a text by a post_processor that is not known here; only TemplateProcessing is. Change it there, or leave bos: auto"
                .formatted(fileOf(modelFolderOrTokenizerJson), copied.decode(left)));
      }
    }
  }

  /**
   * Copies a tokenizer's files into a folder, changed so that prompts are rendered by its chat
   * template, or are not: what is trained with the copies, and saved with them, keeps to it.
   *
   * @throws InvalidModelException if it has no chat template, or one that cannot be read
   */
  public static void copyWithTemplate(Path modelFolderOrTokenizerJson, Path folder, boolean chat)
      throws IOException {
    Files.createDirectories(folder);
    copy(modelFolderOrTokenizerJson, folder);
    if (chat) {
      requireChatTemplate(modelFolderOrTokenizerJson);
    }
    ChatTemplateFile.use(folder, chat);
  }

  /**
   * Sees to it that conversations could be rendered, whether they are or not.
   *
   * @throws InvalidModelException if it has no chat template, or one that cannot be read
   */
  public static void requireChatTemplate(Path modelFolderOrTokenizerJson) throws IOException {
    Path file = fileOf(modelFolderOrTokenizerJson);
    if (ChatTemplate.beside(file).isEmpty()) {
      throw new InvalidModelException(
          "%s has no chat template beside it (chat_template in tokenizer_config.json, or chat_template.jinja); take a model that was taught to chat, or leave out template: chat"
              .formatted(file));
    }
  }

  private static JsonNode json(Path file, byte[] content) throws IOException {
    try {
      return TokenizerJson.read(content);
    } catch (JsonProcessingException e) {
      throw new InvalidModelException(file + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static Map<String, Long> vocabulary(Path file, JsonNode root) {
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

  private static List<String> specialTokens(JsonNode root) {
    List<String> texts = new ArrayList<>();
    for (JsonNode token : root.path("added_tokens")) {
      if (token.path("special").asBoolean()) {
        texts.add(token.path("content").asText());
      }
    }
    return List.copyOf(texts);
  }

  /**
   * The ids of a text's tokens; none for an empty text.
   *
   * <p>Asked of the native library itself: what {@link HuggingFaceTokenizer#encode} brings to Java
   * beside the ids, each token's text and place among it, takes three quarters of its time.
   */
  public long[] encode(String text) {
    if (text.isEmpty()) {
      return new long[0];
    }
    long encoding = TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, false);
    try {
      return TokenizersLibrary.LIB.getTokenIds(encoding);
    } finally {
      TokenizersLibrary.LIB.deleteEncoding(encoding);
    }
  }

  /** The text of these tokens, special tokens included; broken UTF-8 becomes U+FFFD. */
  public String decode(long[] ids) {
    return ids.length == 0 ? "" : tokenizer.decode(ids, false);
  }

  /** The {@code tokenizer.json}; for messages. */
  public Path file() {
    return file;
  }

  /** Ids by text. */
  public Map<String, Long> vocabulary() {
    return Collections.unmodifiableMap(vocabulary);
  }

  /** One more than the highest token id: a model's vocabulary must be at least this large. */
  public int vocabularySize() {
    return (int) (vocabulary.values().stream().mapToLong(Long::longValue).max().orElseThrow() + 1);
  }

  /** The token by which texts end, and who says so. */
  public EndOfText endOfText() {
    return endOfText;
  }

  /**
   * The id of the end-of-sequence token.
   *
   * @throws InvalidModelException if the vocabulary lacks it
   */
  public long eosTokenId() {
    return endOfText.id();
  }

  /**
   * The ids that the tokenizer itself puts in front of a text when it is asked for special tokens;
   * empty if it puts none there. {@link #encode} never does.
   */
  public long[] bos() {
    return bos.clone();
  }

  /** What conversations are rendered by; empty if they are plain text. */
  public Optional<ChatTemplate> chatTemplate() {
    return chatTemplate;
  }

  /** The texts that {@link #encode} takes for special tokens wherever they stand. */
  public List<String> specialTokens() {
    return specialTokens;
  }

  /** The id of the one token that this text encodes to; empty if it takes several. */
  public OptionalLong tokenId(String text) {
    long[] ids = encode(text);
    return ids.length == 1 ? OptionalLong.of(ids[0]) : OptionalLong.empty();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
