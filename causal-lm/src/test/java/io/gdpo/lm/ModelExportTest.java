package io.gdpo.lm;

import static io.gdpo.lm.GoldenModel.distance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.export.AdapterChain;
import io.gdpo.lm.export.ModelExport;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.safetensors.FloatFile;
import io.gdpo.lm.safetensors.FloatFormat;
import io.gdpo.lm.safetensors.Safetensors;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.lm.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelExportTest {
  private static final long[] TOKENS = {3, 41, 59, 26, 5};

  @TempDir Path folder;

  /**
   * The folders stay: {@code tools/golden/check_saved.py} shows that transformers and PEFT compute
   * the logits beside them.
   */
  @ParameterizedTest
  @CsvSource({"tiny-gpt2, c_attn, mlp.c_fc", "llama, q_proj, down_proj"})
  void a_chain_of_two_adapters_is_exported_whole_and_as_one_adapter_with_the_same_logits(
      String family, String first, String second) throws IOException {
    folder = Path.of("target", "exported", family).toAbsolutePath();
    deleteAll(folder);
    Files.createDirectories(folder);
    Path root = published(family, FloatFormat.F32);
    Path chain = chain(root, lora(2, 5, first, second), lora(3, 6, second));
    float[] trained = logits(chain);
    assertThat(distance(trained, logits(root))).isGreaterThan(1e-2);

    Path whole = exported(chain, "whole", (export, to) -> export.writeWhole(to, Optional.empty()));
    Path joined = exported(chain, "joined", ModelExportTest::asAdapterOfItsRoot);

    assertThat(distance(logits(whole), trained)).isLessThan(1e-5);
    assertThat(distance(logits(joined), trained)).isLessThan(1e-5);
    assertThat(joined.resolve("model.safetensors")).doesNotExist();
    JsonNode config = json(joined.resolve("adapter_config.json"));
    assertThat(config.path("base_model_name_or_path").asText()).isEqualTo(root.toString());
    assertThat(config.path("r").asInt()).isEqualTo(5);
    assertThat(config.path("lora_alpha").asDouble()).isEqualTo(10);
    saveLogits(chain, whole, joined);
  }

  @Test
  void adapters_of_one_scale_are_joined_without_any_rounding() throws IOException {
    Path root = published("llama", FloatFormat.F32);
    Path chain = chain(root, lora(2, 4, "q_proj"), lora(3, 6, "q_proj"));

    Path joined = exported(chain, "joined", ModelExportTest::asAdapterOfItsRoot);

    String module = "base_model.model.model.layers.0.self_attn.q_proj";
    float[] a = tensor(joined, module + ".lora_A.weight");
    float[] older = tensor(folder.resolve("adapter-0"), module + ".lora_A.weight");
    float[] newer = tensor(folder.resolve("adapter-1"), module + ".lora_A.weight");
    assertThat(a).startsWith(older).endsWith(newer).hasSize(older.length + newer.length);
    float[] b = tensor(joined, module + ".lora_B.weight");
    assertThat(new float[] {b[0], b[1]})
        .startsWith(tensor(folder.resolve("adapter-0"), module + ".lora_B.weight")[0]);
    assertThat(b[2]).isEqualTo(tensor(folder.resolve("adapter-1"), module + ".lora_B.weight")[0]);
  }

  @Test
  void weights_are_exported_in_the_bases_format_rounded_once() throws IOException {
    Path root = published("llama", FloatFormat.BF16);
    Path chain = chain(root, lora(2, 5, "q_proj"), lora(3, 6, "q_proj", "up_proj"));

    Path whole = exported(chain, "whole", (export, to) -> export.writeWhole(to, Optional.empty()));
    Path joined = exported(chain, "joined", ModelExportTest::asAdapterOfItsRoot);

    String weight = "model.layers.1.self_attn.q_proj.weight";
    try (CausalLanguageModel model = CausalLanguageModel.load(chain, Device.cpu());
        Safetensors saved = Safetensors.open(whole.resolve("model.safetensors"));
        Safetensors adapter = Safetensors.open(joined.resolve("adapter_model.safetensors"))) {
      assertThat(saved.names()).allMatch(name -> saved.floatFormat(name) == FloatFormat.BF16);
      assertThat(adapter.names()).allMatch(name -> adapter.floatFormat(name) == FloatFormat.BF16);
      model.mergeAdapter();
      float[] sum = model.parameters().get(weight).toFloatArray();
      float[] exported = new float[sum.length];
      saved.readFloats(weight, 0, exported, sum.length);
      for (int i = 0; i < sum.length; i++) {
        assertThat(Math.abs(exported[i] - sum[i]))
            .isLessThanOrEqualTo(Math.abs(sum[i]) * 0x1.01p-8f);
      }
    }
    JsonNode config = json(whole.resolve("config.json"));
    assertThat(config.path(config.has("dtype") ? "dtype" : "torch_dtype").asText())
        .isEqualTo("bfloat16");
  }

  @Test
  void a_model_all_of_whose_weights_were_trained_is_exported_in_the_published_format()
      throws IOException {
    Path published = published("llama", FloatFormat.BF16);
    Path trained = folder.resolve("trained");
    try (CausalLanguageModel model = CausalLanguageModel.load(published, Device.cpu())) {
      model.save(trained, published);
    }

    Path whole =
        exported(trained, "whole", (export, to) -> export.writeWhole(to, Optional.of(published)));

    try (Safetensors saved = Safetensors.open(whole.resolve("model.safetensors"))) {
      assertThat(saved.names()).allMatch(name -> saved.floatFormat(name) == FloatFormat.BF16);
    }
    assertThat(logits(whole)).isEqualTo(logits(published));
    assertThatThrownBy(() -> exported(trained, "adapter", ModelExportTest::asAdapterOfItsRoot))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("is a whole model, not an adapter");
  }

  @Test
  void an_export_has_what_the_published_folder_has_and_ends_as_it_was_trained_to_end()
      throws IOException {
    Path root = published("llama", FloatFormat.F32);
    Files.writeString(
        root.resolve("generation_config.json"), "{\"eos_token_id\": 7, \"top_k\": 9}");
    Files.writeString(root.resolve("special_tokens_map.json"), "{}");
    Files.writeString(root.resolve("chat_template.jinja"), "{{ messages }}");
    Path chain = chain(root, lora(2, 5, "q_proj"));

    for (Path export :
        List.of(
            exported(chain, "whole", (e, to) -> e.writeWhole(to, Optional.empty())),
            exported(chain, "joined", ModelExportTest::asAdapterOfItsRoot))) {
      try (Stream<Path> files = Files.list(export)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .contains(
                "config.json",
                "generation_config.json",
                "tokenizer.json",
                "special_tokens_map.json",
                "chat_template.jinja");
      }
      try (Tokenizer tokenizer = Tokenizer.load(export)) {
        long eos = tokenizer.eosTokenId();
        JsonNode generation = json(export.resolve("generation_config.json"));
        assertThat(generation.path("eos_token_id").toString()).contains(Long.toString(eos));
        assertThat(generation.path("top_k").asInt()).isEqualTo(9);
        assertThat(json(export.resolve("config.json")).path("eos_token_id").asLong())
            .isEqualTo(eos);
      }
    }
  }

  @Test
  void a_merged_base_that_is_not_its_chains_sum_is_never_joined() throws IOException {
    Path root = published("llama", FloatFormat.F32);
    Path chain = chain(root, lora(2, 5, "q_proj"), lora(3, 6, "q_proj"));
    retrain(folder.resolve("adapter-0"), root, lora(2, 5, "q_proj"), 99);

    assertThatThrownBy(() -> exported(chain, "joined", ModelExportTest::asAdapterOfItsRoot))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("a model below was changed since");
    assertThat(folder.resolve("joined").resolve("adapter_config.json")).doesNotExist();
  }

  private static void deleteAll(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void saveLogits(Path model, Path... exports) throws IOException {
    try (CausalLanguageModel loaded = CausalLanguageModel.load(model, Device.cpu());
        NDManager step = loaded.parameters().manager().newSubManager()) {
      NDArray logits =
          loaded
              .forward(step, TokenBatch.ofSequences(List.of(TOKENS)))
              .logits(new long[] {0, 1, 2, 3, 4});
      for (Path export : exports) {
        Safetensors.write(
            export.resolve("logits.safetensors"),
            Map.of(
                "tokens", step.create(TOKENS, new Shape(1, TOKENS.length)),
                "logits", logits.reshape(1, TOKENS.length, loaded.config().vocabSize())),
            Map.of());
      }
    }
  }

  // -- models ------------------------------------------------------------------------------------

  /** A golden model with a tokenizer, as one file in a format. */
  private Path published(String family, FloatFormat format) throws IOException {
    Path golden = new GoldenModel(family).folder();
    Path published = Files.createDirectory(folder.resolve("published"));
    Files.copy(golden.resolve("config.json"), published.resolve("config.json"));
    Tokenizer.copy(Golden.folder(), published);
    ModelConfig config = ModelConfig.load(golden);
    try (WeightFiles weights = WeightFiles.open(golden, config::isConstant)) {
      Map<String, FloatFile.Tensor> tensors = new LinkedHashMap<>();
      weights
          .names()
          .forEach(name -> tensors.put(name, new FloatFile.Tensor(format, weights.shape(name))));
      FloatFile.write(
          published.resolve("model.safetensors"),
          tensors,
          (name, sink) -> {
            float[] values = new float[(int) weights.shape(name).size()];
            weights.readFloats(name, 0, values, values.length);
            sink.put(values, values.length);
          },
          Map.of());
    }
    return published;
  }

  private static LoraConfig lora(int rank, double alpha, String... targets) {
    return new LoraConfig(rank, alpha, Optional.of(List.of(targets)));
  }

  /** Adapters one on the other, each on a merged copy of what is below, as stages leave them. */
  private Path chain(Path root, LoraConfig... adapters) throws IOException {
    Path base = root;
    for (int i = 0; i < adapters.length; i++) {
      Path adapter = folder.resolve("adapter-" + i);
      retrain(adapter, base, adapters[i], i);
      base = folder.resolve("merged-" + i);
      try (CausalLanguageModel model = CausalLanguageModel.load(adapter, Device.cpu())) {
        model.save(base, root);
      }
    }
    return folder.resolve("adapter-" + (adapters.length - 1));
  }

  private static void retrain(Path adapter, Path base, LoraConfig lora, long seed)
      throws IOException {
    try (CausalLanguageModel model = CausalLanguageModel.load(base, Device.cpu())) {
      model.adapt(lora, seed);
      Random random = new Random(seed);
      for (NDArray half : model.trainable().tensors()) {
        float[] values = half.toFloatArray();
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (0.2 * random.nextGaussian());
        }
        half.set(values);
      }
      model.saveAdapter(adapter, base, base);
    }
  }

  // -- exports -----------------------------------------------------------------------------------

  @FunctionalInterface
  private interface Form {
    void write(ModelExport export, Path to) throws IOException;
  }

  private static void asAdapterOfItsRoot(ModelExport export, Path to) throws IOException {
    export.writeAdapter(to, to.resolveSibling("published").toString(), Optional.empty());
  }

  private Path exported(Path model, String name, Form form) throws IOException {
    Path to = folder.resolve(name);
    try (AdapterChain chain = AdapterChain.open(model, this::mergedFrom)) {
      form.write(new ModelExport(chain), Files.createDirectory(to));
    }
    return to;
  }

  private Optional<Path> mergedFrom(Path base) {
    String name = base.getFileName().toString();
    return name.startsWith("merged-")
        ? Optional.of(folder.resolve(name.replace("merged-", "adapter-")))
        : Optional.empty();
  }

  private static float[] logits(Path model) throws IOException {
    try (CausalLanguageModel loaded = CausalLanguageModel.load(model, Device.cpu());
        NDManager step = loaded.parameters().manager().newSubManager()) {
      return loaded
          .forward(step, TokenBatch.ofSequences(List.of(TOKENS)))
          .logits(new long[] {0, 1, 2, 3, 4})
          .toFloatArray();
    }
  }

  private static float[] tensor(Path adapter, String name) throws IOException {
    try (Safetensors file = Safetensors.open(adapter.resolve("adapter_model.safetensors"))) {
      float[] values = new float[(int) file.shape(name).size()];
      file.readFloats(name, 0, values, values.length);
      return values;
    }
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(Files.readAllBytes(file));
  }
}
