package io.gdpo.lm;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.safetensors.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A model folder with what Hugging Face transformers computed with it; made by {@code
 * tools/golden/make_families.py} and {@code make_golden.py}.
 */
public record GoldenModel(String name) {
  public static final List<String> NAMES =
      List.of(
          "gptj",
          "gptneox",
          "gptneox-sequential",
          "llama",
          "llama-tied",
          "mistral",
          "qwen2",
          "qwen3",
          "tiny-gpt2");

  /** A batch: each row one sequence, padded on either side. */
  public record Batch(TokenBatch batch, long[] real, long[] rows, long[] targets, double loss) {
    public static Batch of(JsonNode json) {
      List<long[]> tokens = Golden.rows(json.get("input_ids"));
      int length = tokens.get(0).length;
      long[] mask = Golden.flat(json.get("attention_mask"));
      long[] labels = Golden.flat(json.get("labels"));
      long[] end = LongStream.of(mask).map(seen -> seen * length).toArray();
      TokenBatch batch =
          new TokenBatch(
              tokens.size(),
              length,
              Golden.flat(json.get("input_ids")),
              Golden.flat(json.get("position_ids")),
              end);
      long[] real = LongStream.range(0, mask.length).filter(i -> mask[(int) i] == 1).toArray();
      long[] labelled =
          LongStream.range(0, labels.length).filter(i -> labels[(int) i] >= 0).toArray();
      return new Batch(
          batch,
          real,
          LongStream.of(labelled).map(i -> i - 1).toArray(),
          LongStream.of(labelled).map(i -> labels[(int) i]).toArray(),
          json.get("loss").asDouble());
    }
  }

  public Path folder() {
    return Golden.resource(name + "/config.json").getParent();
  }

  JsonNode expected() throws IOException {
    return new ObjectMapper().readTree(Files.readString(folder().resolve("expected.json")));
  }

  Batch batch(String side) throws IOException {
    return Batch.of(expected().get("batches").get(side));
  }

  Safetensors tensors() throws IOException {
    return Safetensors.open(folder().resolve("expected.safetensors"));
  }

  public static float[] floats(Safetensors file, NDManager manager, String name) {
    return file.loadFloats(manager, name).toFloatArray();
  }

  /** The largest difference of two elements. */
  public static double distance(float[] a, float[] b) {
    assertThat(a).hasSameSizeAs(b);
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
    }
    return largest;
  }
}
