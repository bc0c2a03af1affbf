package io.gdpo.lm.weights;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Weights that are not in safetensors: what they are, and what to do with them. */
public final class OtherWeights {
  private static final String GGUF = ".gguf";
  private static final String GGUF_MAGIC = "GGUF";
  private static final List<String> PICKLES = List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl");

  private OtherWeights() {}

  /** A GGUF file in a folder, if there is one. */
  public static Optional<Path> gguf(Path folder) throws IOException {
    return first(folder, GGUF);
  }

  /** Whether a file is GGUF, by its name or its first bytes. */
  public static boolean isGguf(Path file) throws IOException {
    if (file.toString().endsWith(GGUF)) {
      return true;
    }
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(GGUF_MAGIC.length()), StandardCharsets.ISO_8859_1)
          .equals(GGUF_MAGIC);
    }
  }

  /** How a GGUF file is made a model that can be trained. */
  public static String conversion(Path gguf) {
    return "Its weights are quantised or laid out for inference; convert it with transformers and give that folder: AutoModelForCausalLM.from_pretrained(folder, gguf_file='%s').save_pretrained(other), and AutoTokenizer likewise"
        .formatted(gguf.getFileName());
  }

  /** What else there is of weights in a folder that has none in safetensors; for messages. */
  static String of(Path folder) throws IOException {
    for (String ending : PICKLES) {
      Optional<Path> pickle = first(folder, ending);
      if (pickle.isPresent()) {
        return "; %s is a pickle, which can run code when it is read: convert it where you trust it"
            .formatted(pickle.get().getFileName());
      }
    }
    return first(folder, GGUF).map(gguf -> ". " + conversion(gguf)).orElse("");
  }

  private static Optional<Path> first(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().findFirst();
    }
  }
}
