package io.gdpo.testmodels;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.contracts.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** GPT-2's byte alphabet without merges: one token for each byte, and the one that ends a text. */
public final class ByteTokenizer {
  private ByteTokenizer() {}

  /** Writes its {@code tokenizer.json}. */
  public static void write(Path file) throws IOException {
    ObjectNode root = Json.EVENTS.createObjectNode();
    root.put("version", "1.0");
    root.putNull("truncation").putNull("padding").putNull("normalizer").putNull("post_processor");
    root.putArray("added_tokens")
        .addObject()
        .put("id", 256)
        .put("content", "<|endoftext|>")
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
    for (String part : List.of("pre_tokenizer", "decoder")) {
      root.putObject(part)
          .put("type", "ByteLevel")
          .put("add_prefix_space", false)
          .put("trim_offsets", true)
          .put("use_regex", true);
    }
    ObjectNode model = root.putObject("model");
    model.put("type", "BPE").putNull("dropout").putNull("unk_token");
    model.put("fuse_unk", false).put("byte_fallback", false).putArray("merges");
    ObjectNode vocabulary = model.putObject("vocab");
    int unprintable = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      vocabulary.put(String.valueOf((char) (printable ? b : unprintable++)), b);
    }
    vocabulary.put("<|endoftext|>", 256);
    Files.write(file, Json.EVENTS.writeValueAsBytes(root));
  }
}
