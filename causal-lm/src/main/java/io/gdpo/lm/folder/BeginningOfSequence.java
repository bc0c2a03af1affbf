package io.gdpo.lm.folder;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a tokenizer puts in front of a text when it is asked for special tokens: {@code <s>} of
 * Llama 2 and Mistral, {@code <|begin_of_text|>} of Llama 3, nothing of GPT-2 and Qwen. {@code
 * add_bos_token} in {@code tokenizer_config.json} decides where it is written, as Llama's class of
 * transformers has it; otherwise the post-processor of {@code tokenizer.json} does.
 */
public final class BeginningOfSequence {
  private static final String ADD = "add_bos_token";
  private static final String ANY_TEXT = "a";

  private BeginningOfSequence() {}

  /**
   * Its token ids; empty if there is none.
   *
   * @param vocabulary of the tokenizer: ids by text
   */
  public static long[] of(
      HuggingFaceTokenizer tokenizer, Path tokenizerJson, Map<String, Long> vocabulary)
      throws IOException {
    JsonNode settings =
        JsonFile.read(tokenizerJson.resolveSibling(SideFiles.TOKENIZER_CONFIG))
            .orElseGet(JsonFile::empty);
    JsonNode add = settings.path(ADD);
    if (add.isBoolean() && !add.asBoolean()) {
      return new long[0];
    }
    long[] processed = ofPostProcessor(tokenizer);
    JsonNode bos = settings.path("bos_token");
    Long named = vocabulary.get((bos.isObject() ? bos.path("content") : bos).asText());
    return processed.length == 0 && add.asBoolean() && named != null
        ? new long[] {named}
        : processed;
  }

  /** What {@code tokenizer.json} alone puts in front, whatever stands beside it. */
  public static long[] ofPostProcessor(HuggingFaceTokenizer tokenizer) {
    Encoding encoding = tokenizer.encode(ANY_TEXT, true, false);
    int leading = 0;
    for (long special : encoding.getSpecialTokenMask()) {
      if (special == 0) {
        break;
      }
      leading++;
    }
    return leading == encoding.getIds().length
        ? new long[0]
        : Arrays.copyOf(encoding.getIds(), leading);
  }

  /** Changes the tokenizer's files in a folder so that nothing is put in front of a text. */
  public static void remove(Path folder) throws IOException {
    Path tokenizerJson = folder.resolve(SideFiles.TOKENIZER);
    ObjectNode root = JsonFile.read(tokenizerJson).orElseThrow();
    removeFrom(root.path("post_processor"));
    JsonFile.write(tokenizerJson, root);
    Path settings = folder.resolve(SideFiles.TOKENIZER_CONFIG);
    JsonFile.write(settings, JsonFile.read(settings).orElseGet(JsonFile::empty).put(ADD, false));
  }

  private static void removeFrom(JsonNode processor) {
    processor.path("processors").forEach(BeginningOfSequence::removeFrom);
    Set<String> leading = new HashSet<>();
    for (JsonNode part : processor.path("single")) {
      if (!part.has("SpecialToken")) {
        break;
      }
      leading.add(name(part));
    }
    for (String template : new String[] {"single", "pair"}) {
      if (processor.path(template) instanceof ArrayNode parts) {
        for (int i = parts.size() - 2; i >= 0; i--) {
          if (leading.contains(name(parts.get(i))) && isBeforeSequence(parts, i)) {
            parts.remove(i);
          }
        }
      }
    }
  }

  private static String name(JsonNode part) {
    return part.path("SpecialToken").path("id").asText();
  }

  /** Whether a text follows, and nothing but special tokens before it. */
  private static boolean isBeforeSequence(ArrayNode parts, int place) {
    return parts.get(place + 1).has("Sequence");
  }
}
