package io.gdpo.lm;

import static io.gdpo.lm.GoldenModel.distance;
import static io.gdpo.lm.GoldenModel.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ForwardOptions;
import io.gdpo.lm.model.ForwardPass;
import io.gdpo.lm.safetensors.Safetensors;
import io.gdpo.lm.script.Autograd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoraTest {
  private static final long[] TOKENS = {3, 141, 59, 26, 5};
  private static final long[] ROWS = {1, 2, 3};
  private static final long[] TARGETS = {59, 26, 5};

  private CausalLanguageModel model;
  private float[] before;

  @BeforeEach
  void load() throws IOException {
    model = CausalLanguageModel.load(Golden.folder(), Device.cpu());
    before = logProbs(model);
  }

  @AfterEach
  void close() {
    model.close();
  }

  private static LoraConfig lora(String... targets) {
    return new LoraConfig(
        3, 6, targets.length == 0 ? Optional.empty() : Optional.of(List.of(targets)));
  }

  @Test
  void a_fresh_adapter_changes_nothing_and_only_it_is_trained() {
    model.adapt(lora(), 1);

    assertThat(logProbs(model)).containsExactly(before, within(1e-6f));
    assertThat(model.trainable().names()).hasSize(2 * 4 * 3);
    train();
    for (NDArray weight : model.parameters().tensors()) {
      assertThat(weight.hasGradient()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void what_was_trained_is_the_same_saved_merged_or_as_an_adapter(
      boolean recomputed, @TempDir Path folder) throws IOException {
    model.adapt(lora("c_attn", "mlp.c_proj", "transformer.h.1.*c_fc"), 1);
    train(new ForwardOptions(recomputed, 0, ForwardOptions.VocabularyRows.ASKED));
    float[] trained = logProbs(model);
    assertThat(trained).isNotEqualTo(before);

    model.saveAdapter(folder.resolve("adapter"), Golden.folder(), Golden.folder());
    model.save(folder.resolve("merged"), Golden.folder());
    try (CausalLanguageModel base = model.base()) {
      assertThat(logProbs(base)).containsExactly(before, within(1e-6f));
    }
    for (String saved : List.of("adapter", "merged")) {
      try (CausalLanguageModel loaded =
          CausalLanguageModel.load(folder.resolve(saved), Device.cpu())) {
        assertThat(loaded.isAdapted()).isEqualTo(saved.equals("adapter"));
        assertThat(logProbs(loaded)).containsExactly(trained, within(1e-5f));
      }
    }
    assertThat(folder.resolve("adapter").resolve("model.safetensors")).doesNotExist();
    model.mergeAdapter();
    assertThat(model.isAdapted()).isFalse();
    assertThat(logProbs(model)).containsExactly(trained, within(1e-5f));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-gpt2", "llama"})
  void what_peft_wrote_computes_what_peft_computes(String name) throws IOException {
    Path adapter = Golden.resource(name + "-adapter/adapter_config.json").getParent();
    try (CausalLanguageModel adapted = CausalLanguageModel.load(adapter, Device.cpu());
        Safetensors expected = Safetensors.open(adapter.resolve("expected.safetensors"));
        NDManager step = adapted.parameters().manager().newSubManager()) {
      NDArray tokens = expected.loadLongs(step, "tokens");
      int length = (int) tokens.getShape().get(1);
      long[] flat = tokens.toLongArray();
      List<long[]> rows = new ArrayList<>();
      for (int from = 0; from < flat.length; from += length) {
        rows.add(Arrays.copyOfRange(flat, from, from + length));
      }
      float[] logits =
          adapted
              .forward(step, TokenBatch.ofSequences(rows))
              .logits(LongStream.range(0, flat.length).toArray())
              .toFloatArray();
      double distance = distance(logits, floats(expected, step, "logits"));
      System.out.printf("%-20s adapter of PEFT, logits %.1e%n", name, distance);
      assertThat(distance).isLessThan(1e-4);
    }
  }

  @Test
  void a_target_that_matches_nothing_is_refused_with_what_there_is() {
    assertThatThrownBy(() -> model.adapt(lora("c_attn", "q_proj"), 1))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("\"q_proj\" matches nothing")
        .hasMessageContaining("attn.c_attn");
  }

  @Test
  void an_adapter_of_another_kind_or_shape_is_refused(@TempDir Path folder) throws IOException {
    model.adapt(lora("c_attn"), 1);
    model.saveAdapter(folder, Golden.folder(), Golden.folder());
    Path config = folder.resolve("adapter_config.json");
    String json = Files.readString(config);

    Files.writeString(config, json.replace("\"bias\" : \"none\"", "\"bias\" : \"all\""));
    assertRefused(folder, "bias \"all\" is not supported");
    Files.writeString(config, json.replace("\"r\" : 3", "\"r\" : 4"));
    assertRefused(folder, "base_model.model.transformer.h.0.attn.c_attn.lora_A.weight");
    Files.writeString(
        config,
        json.replaceAll(
            "\"base_model_name_or_path\" : \"[^\"]*\"", "\"base_model_name_or_path\" : \"gone\""));
    assertRefused(folder, "\"gone\" is not the folder of another model");
    Files.writeString(
        config,
        json.replaceAll(
            "\"base_model_name_or_path\" : \"[^\"]*\"", "\"base_model_name_or_path\" : \".\""));
    assertRefused(folder, "\".\" is not the folder of another model");
    Files.writeString(config, json.replaceAll("\\[ *\"[^]]*]", "\"*c_attn\""));
    assertRefused(folder, "\"*c_attn\" is neither");
    Files.writeString(config, json);
    Files.delete(folder.resolve("adapter_model.safetensors"));
    assertRefused(folder, "adapter_model.safetensors is missing");
  }

  @Test
  void an_adapter_with_a_head_of_its_own_names_the_way_out(@TempDir Path folder)
      throws IOException {
    String way = "merge_and_unload";
    assertRefused(adapterWith(folder, "\"modules_to_save\": [\"lm_head\"]"), "lm_head", way);

    Path config = folder.resolve("adapter_config.json");
    String json = Files.readString(config).replace("\"modules_to_save\": [\"lm_head\"],", "");
    Files.writeString(config, json.replaceAll("\\[ *\"[^]]*]", "[\"c_attn\", \"lm_head\"]"));
    assertRefused(folder, "adapter_config.json", "\"lm_head\" matches nothing", way);

    Files.writeString(config, json);
    Path weights = folder.resolve("adapter_model.safetensors");
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      Map<String, NDArray> tensors = new LinkedHashMap<>();
      try (Safetensors stored = Safetensors.open(weights)) {
        stored.names().forEach(name -> tensors.put(name, stored.loadFloats(manager, name)));
      }
      tensors.put("base_model.model.lm_head.weight", manager.create(new float[] {1}));
      Safetensors.write(weights, tensors, Map.of());
    }
    assertRefused(folder, "base_model.model.lm_head.weight", way);
  }

  @ParameterizedTest
  @ValueSource(strings = {"best", "checkpoints/step-3"})
  void a_base_that_is_named_by_its_content_is_found_where_the_jobs_folder_has_moved(
      String place, @TempDir Path folder) throws IOException {
    Path base = folder.resolve("job/reference-0123456789abcdef");
    model.save(base, Golden.folder());
    model.adapt(lora("c_attn"), 1);
    model.saveAdapter(folder.resolve("job").resolve(place), Golden.folder(), base);

    Path moved = Files.move(folder.resolve("job"), folder.resolve("moved"));

    assertThat(AdapterFolder.baseOf(moved.resolve(place)))
        .contains(moved.resolve("reference-0123456789abcdef"));
    Files.move(
        moved.resolve("reference-0123456789abcdef"), moved.resolve("reference-fedcba9876543210"));
    assertRefused(moved.resolve(place), "wherever that has been moved to");
  }

  @Test
  void a_namesake_of_a_base_that_has_moved_is_not_taken_for_it(@TempDir Path folder)
      throws IOException {
    model.save(folder.resolve("parent/best"), Golden.folder());
    model.save(folder.resolve("other/final/best"), Golden.folder());
    model.adapt(lora("c_attn"), 1);
    Path adapter = folder.resolve("other/final/adapter");
    model.saveAdapter(adapter, Golden.folder(), folder.resolve("parent/best"));
    Files.move(folder.resolve("parent"), folder.resolve("moved"));

    assertRefused(adapter, "is not the folder of another model here");
    try (CausalLanguageModel given =
        CausalLanguageModel.loadAdapter(adapter, folder.resolve("moved/best"), Device.cpu())) {
      assertThat(given.isAdapted()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "init_lora_weights|\"pissa\"",
        "use_rslora|true",
        "use_dora|true",
        "layers_to_transform|[0]",
        "exclude_modules|[\"c_fc\"]",
        "rank_pattern|{\"c_attn\":2}",
        "alora_invocation_tokens|[1,2]",
        "a_setting_of_tomorrow|7"
      })
  void what_pefts_file_asks_for_and_is_not_computed_is_refused_by_name(
      String field, String value, @TempDir Path folder) throws IOException {
    assertRefused(adapterWith(folder, "\"" + field + "\": " + value), field + " " + value);
  }

  @Test
  void what_peft_writes_of_an_ordinary_adapter_is_read(@TempDir Path folder) throws IOException {
    adapterWith(
        folder,
        """
        "alora_invocation_tokens": null, "alpha_pattern": {}, "arrow_config": null, "auto_mapping": null,
        "corda_config": null, "ensure_weight_tying": false, "eva_config": null, "exclude_modules": null,
        "init_lora_weights": true, "layer_replication": null, "layers_pattern": null,
        "layers_to_transform": null, "loftq_config": {}, "lora_bias": false, "megatron_config": null,
        "megatron_core": "megatron.core", "modules_to_save": null, "peft_version": "0.18.0",
        "qalora_group_size": 16, "rank_pattern": {}, "revision": null, "target_parameters": null,
        "trainable_token_indices": null, "use_dora": false, "use_qalora": false, "use_rslora": false""");

    try (CausalLanguageModel loaded = CausalLanguageModel.load(folder, Device.cpu())) {
      assertThat(loaded.isAdapted()).isTrue();
    }
  }

  private Path adapterWith(Path folder, String fields) throws IOException {
    model.adapt(lora("c_attn"), 1);
    model.saveAdapter(folder, Golden.folder(), Golden.folder());
    Path config = folder.resolve("adapter_config.json");
    Files.writeString(config, Files.readString(config).replaceFirst("\\{", "{" + fields + ","));
    return folder;
  }

  @Test
  void an_update_of_the_projection_alone_is_trained_in_chunks_too() throws IOException {
    try (CausalLanguageModel untied =
        CausalLanguageModel.load(new GoldenModel("llama").folder(), Device.cpu())) {
      untied.adapt(lora("lm_head"), 1);
      untied.trainable().requiresGrad(true);
      List<float[]> gradients = new ArrayList<>();
      for (int chunk : new int[] {0, 2}) {
        try (NDManager step = untied.parameters().manager().newSubManager();
            Autograd.Scope recording = Autograd.gradMode(true)) {
          ForwardPass pass =
              untied.forward(
                  step,
                  TokenBatch.ofSequences(List.of(new long[] {3, 4, 5, 6, 7})),
                  new ForwardOptions(false, chunk, ForwardOptions.VocabularyRows.ASKED));
          Autograd.backward(
              TestLoss.negativeMean(pass.selectedLogProbs(ROWS, new long[] {5, 6, 7})));
          pass.backward();
          List<NDArray> tensors = untied.trainable().tensors();
          gradients.add(Autograd.gradients(step, tensors).get(1).toFloatArray());
          Autograd.zeroGradients(tensors);
        }
      }
      assertThat(gradients.get(0)).isNotEqualTo(new float[gradients.get(0).length]);
      assertThat(gradients.get(1)).containsExactly(gradients.get(0), within(1e-6f));
    }
  }

  private static void assertRefused(Path folder, String... messages) {
    assertThatThrownBy(() -> CausalLanguageModel.load(folder, Device.cpu()))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContainingAll(messages);
  }

  private void train() {
    train(ForwardOptions.DEFAULT);
  }

  /** Two steps of gradient descent: after the first, B is no longer zero. */
  private void train(ForwardOptions options) {
    model.trainable().requiresGrad(true);
    for (int i = 0; i < 2; i++) {
      try (NDManager step = model.parameters().manager().newSubManager()) {
        try (Autograd.Scope recording = Autograd.gradMode(true)) {
          ForwardPass pass = model.forward(step, TokenBatch.ofSequences(List.of(TOKENS)), options);
          Autograd.backward(TestLoss.negativeMean(pass.selectedLogProbs(ROWS, TARGETS)));
          pass.backward();
        }
        List<NDArray> tensors = model.trainable().tensors();
        List<NDArray> gradients = Autograd.gradients(step, tensors);
        for (int p = 0; p < tensors.size(); p++) {
          float[] values = tensors.get(p).toFloatArray();
          float[] gradient = gradients.get(p).toFloatArray();
          for (int k = 0; k < values.length; k++) {
            values[k] -= 0.1f * gradient[k];
          }
          tensors.get(p).set(values);
        }
        Autograd.zeroGradients(tensors);
      }
    }
  }

  private static float[] logProbs(CausalLanguageModel model) {
    try (NDManager step = model.parameters().manager().newSubManager()) {
      return model
          .forward(step, TokenBatch.ofSequences(List.of(TOKENS)))
          .selectedLogProbs(ROWS, TARGETS)
          .toFloatArray();
    }
  }
}
