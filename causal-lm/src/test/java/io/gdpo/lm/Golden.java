package io.gdpo.lm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gdpo.lm.safetensors.Safetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;

/** What Hugging Face transformers computed; made by {@code tools/golden/make_golden.py}. */
public final class Golden {
  private Golden() {}

  public static Path folder() {
    return resource("tiny-gpt2/config.json").getParent();
  }

  public static Path resource(String name) {
    try {
      return Path.of(Golden.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public static JsonNode expected() {
    try {
      return new ObjectMapper().readTree(Files.readString(resource("tiny-gpt2/expected.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Safetensors tensors() throws IOException {
    return Safetensors.open(resource("tiny-gpt2/expected.safetensors"));
  }

  public static long[] longs(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }

  public static List<long[]> rows(JsonNode matrix) {
    return StreamSupport.stream(matrix.spliterator(), false).map(Golden::longs).toList();
  }

  public static long[] flat(JsonNode matrix) {
    return rows(matrix).stream().flatMapToLong(Arrays::stream).toArray();
  }
}
