package io.gdpo.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.lm.script.Autograd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
    assertRefused(folder, "\"gone\" is not a folder here");
  }

  private static void assertRefused(Path folder, String message) {
    assertThatThrownBy(() -> CausalLanguageModel.load(folder, Device.cpu()))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(message);
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
