package io.gdpo.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A byte-level BPE tokenizer with one token for each byte and the merges that a test asks for,
 * written as a Hugging Face {@code tokenizer.json}. EOS is token 0; token 1 + b is byte b.
 */
final class ByteTokenizer {
  static final long EOS = 0;
  private static final ObjectMapper JSON = new ObjectMapper();

  private ByteTokenizer() {}

  /** Each merge is two existing tokens, apart by a space, such as {@code ) >}. */
  static Tokenizer withMerges(Path folder, String... merges) throws IOException {
    ObjectNode root = JSON.createObjectNode().put("version", "1.0");
    ArrayNode added = root.putArray("added_tokens");
    added
        .addObject()
        .put("id", EOS)
        .put("content", "<|endoftext|>")
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
    root.putNull("truncation").putNull("padding").putNull("normalizer");
    ObjectNode byteLevel =
        JSON.createObjectNode()
            .put("type", "ByteLevel")
            .put("add_prefix_space", false)
            .put("trim_offsets", false)
            .put("use_regex", false);
    root.set("pre_tokenizer", byteLevel);
    root.set("decoder", byteLevel.deepCopy());
    root.putNull("post_processor");
    ObjectNode model = root.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab");
    vocabulary.put("<|endoftext|>", EOS);
    for (int b = 0; b < 256; b++) {
      vocabulary.put(symbol(b), b + 1);
    }
    ArrayNode merged = model.putArray("merges");
    for (String merge : merges) {
      vocabulary.put(merge.replace(" ", ""), vocabulary.size());
      merged.add(merge);
    }
    Path file = folder.resolve("tokenizer.json");
    Files.write(file, JSON.writeValueAsBytes(root));
    return Tokenizer.load(file);
  }

  /** GPT-2's printable stand-in for a byte (Radford et al. 2019, bytes_to_unicode). */
  private static String symbol(int b) {
    if (printable(b)) {
      return String.valueOf((char) b);
    }
    int before = 0;
    for (int other = 0; other < b; other++) {
      before += printable(other) ? 0 : 1;
    }
    return String.valueOf((char) (256 + before));
  }

  private static boolean printable(int b) {
    return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
  }
}
