package io.gdpo.lm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.Golden;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.safetensors.Safetensors;
import io.gdpo.lm.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model folder that cannot be used says what is wrong with it. */
class ModelFolderTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FC = "transformer.h.1.mlp.c_fc.weight";

  @TempDir Path folder;

  @BeforeEach
  void copy() throws IOException {
    for (String name : new String[] {"config.json", "model.safetensors", "tokenizer.json"}) {
      Files.copy(Golden.folder().resolve(name), folder.resolve(name));
    }
  }

  private AbstractThrowableAssert<?, ?> assertRefused(ThrowingCallable loading) {
    return assertThatThrownBy(loading)
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(folder.toString());
  }

  private AbstractThrowableAssert<?, ?> assertModelRefused() {
    return assertRefused(() -> CausalLanguageModel.load(folder, Device.cpu()).close());
  }

  @Test
  void without_a_tokenizer() throws IOException {
    Files.delete(folder.resolve("tokenizer.json"));
    assertRefused(() -> Tokenizer.load(folder).close()).hasMessageContaining("tokenizer.json");
  }

  @Test
  void with_a_tokenizer_that_is_not_one() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), "not JSON");
    assertRefused(() -> Tokenizer.load(folder).close()).hasMessageContaining("is not JSON");
    Files.writeString(folder.resolve("tokenizer.json"), "{\"version\": \"1.0\"}");
    assertRefused(() -> Tokenizer.load(folder).close()).hasMessageContaining("model.vocab");
    Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": {\"vocab\": {\"a\": 0}}}");
    assertRefused(() -> Tokenizer.load(folder).close())
        .hasMessageContaining("is not a usable tokenizer");
  }

  @Test
  void whose_tokenizer_has_no_end_of_sequence_token() throws IOException {
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"</s>\"}");
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertRefused(tokenizer::eosTokenId).hasMessageContaining("</s>");
    }
  }

  @Test
  void without_a_config() throws IOException {
    Files.delete(folder.resolve("config.json"));
    assertModelRefused().hasMessageContaining("config.json");
  }

  @Test
  void without_weights() throws IOException {
    Files.delete(folder.resolve("model.safetensors"));
    assertModelRefused().hasMessageContaining("model.safetensors");
  }

  private void config(Consumer<ObjectNode> change) throws IOException {
    ObjectNode config =
        (ObjectNode) JSON.readTree(Files.readString(Golden.folder().resolve("config.json")));
    change.accept(config);
    Files.writeString(folder.resolve("config.json"), config.toString());
  }

  @Test
  void whose_config_asks_for_what_is_not_supported() throws IOException {
    config(config -> config.put("model_type", "bloom"));
    assertModelRefused()
        .hasMessageContaining("model_type \"bloom\"")
        .hasMessageContaining("gpt2, gpt_neox, gptj, llama, mistral, qwen2, qwen3");
    config(config -> config.put("activation_function", "relu"));
    assertModelRefused().hasMessageContaining("activation_function").hasMessageContaining("relu");
    config(config -> config.put("scale_attn_by_inverse_layer_idx", true));
    assertModelRefused().hasMessageContaining("scale_attn_by_inverse_layer_idx");
    config(config -> config.put("rope_theta", 10000));
    assertModelRefused().hasMessageContaining("rope_theta");
    config(config -> config.put("n_ctx", 12));
    assertModelRefused().hasMessageContaining("n_ctx");
  }

  @Test
  void whose_config_makes_no_sense() throws IOException {
    config(config -> config.put("n_head", 3));
    assertModelRefused().hasMessageContaining("n_embd 28").hasMessageContaining("n_head 3");
    config(config -> config.put("n_layer", "three"));
    assertModelRefused().hasMessageContaining("n_layer").hasMessageContaining("three");
    config(config -> config.put("n_positions", 0));
    assertModelRefused().hasMessageContaining("n_positions");
    Files.writeString(folder.resolve("config.json"), "{");
    assertModelRefused().hasMessageContaining("is not JSON");
  }

  /** Rewrites the weights file with changed tensors. */
  private void weights(Changes changes) throws IOException {
    Path file = folder.resolve("model.safetensors");
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        Safetensors stored = Safetensors.open(Golden.folder().resolve("model.safetensors"))) {
      Map<String, NDArray> tensors = new LinkedHashMap<>();
      stored.names().forEach(name -> tensors.put(name, stored.loadFloats(manager, name)));
      changes.apply(tensors, manager);
      Safetensors.write(file, tensors, Map.of());
    }
  }

  @FunctionalInterface
  private interface Changes {
    void apply(Map<String, NDArray> tensors, NDManager manager);
  }

  @Test
  void that_lacks_a_weight() throws IOException {
    weights((tensors, manager) -> tensors.remove(FC));
    assertModelRefused().hasMessageContaining(FC).hasMessageContaining("missing");
  }

  @Test
  void with_a_misshaped_weight() throws IOException {
    weights((tensors, manager) -> tensors.put(FC, manager.zeros(new Shape(53, 28))));
    assertModelRefused()
        .hasMessageContaining(FC)
        .hasMessageContaining("(53, 28)")
        .hasMessageContaining("(28, 53)");
  }

  @Test
  void with_a_weight_too_many() throws IOException {
    weights(
        (tensors, manager) ->
            tensors.put("transformer.h.3.ln_1.bias", manager.zeros(new Shape(28))));
    assertModelRefused().hasMessageContaining("transformer.h.3.ln_1.bias");
  }

  @Test
  void with_a_projection_of_its_own_though_the_config_ties_it() throws IOException {
    weights((tensors, manager) -> tensors.put("lm_head.weight", manager.zeros(new Shape(389, 28))));
    assertModelRefused()
        .hasMessageContaining("lm_head.weight")
        .hasMessageContaining("tie_word_embeddings");
  }

  @Test
  void with_torn_weights() throws IOException {
    Path file = folder.resolve("model.safetensors");
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {whole.length - 1, whole.length / 2, 1000}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertModelRefused().hasMessageContaining("torn");
    }
    Files.write(file, Arrays.copyOf(whole, whole.length + 4));
    assertModelRefused().hasMessageContaining("damaged");
  }

  @Test
  void with_weights_that_are_not_safetensors() throws IOException {
    Path file = folder.resolve("model.safetensors");
    for (byte[] content :
        new byte[][] {
          {},
          "PK\u0003\u0004 a zip, as torch.save writes it".getBytes(StandardCharsets.US_ASCII),
          {4, 0, 0, 0, 0, 0, 0, 0, 'a', 'b', 'c', 'd'},
          {2, 0, 0, 0, 0, 0, 0, 0, '[', ']'}
        }) {
      Files.write(file, content);
      assertModelRefused().hasMessageContaining("is not a safetensors file");
    }
  }

  @Test
  void whose_tokenizer_gives_tokens_that_it_does_not_embed() throws IOException {
    try (CausalLanguageModel model = CausalLanguageModel.load(folder, Device.cpu());
        Tokenizer own = Tokenizer.load(folder);
        CausalLanguageModel small =
            CausalLanguageModel.random(ModelConfig.gpt2(300, 8, 8, 1, 2), 1, Device.cpu())) {
      assertThat(own.vocabularySize()).isLessThan(model.config().vocabSize());
      model.requireEmbeds(own);
      assertRefused(() -> small.requireEmbeds(own))
          .hasMessageContaining("tokens up to " + (own.vocabularySize() - 1))
          .hasMessageContaining("embeds 300");
    }
  }

  @Test
  void whose_tokenizer_cannot_give_the_token_that_ends_its_texts() throws IOException {
    try (Tokenizer own = Tokenizer.load(folder)) {
      config(config -> config.put("eos_token_id", own.vocabularySize()));
      try (CausalLanguageModel model = CausalLanguageModel.load(folder, Device.cpu())) {
        assertRefused(() -> model.requireEmbeds(own))
            .hasMessageContaining("of the 389 that the model embeds")
            .hasMessageContaining(own.vocabularySize() + " (eos_token_id)");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"389", "-1", "[0, 50256]"})
  void whose_end_of_text_it_does_not_embed(String end) throws IOException {
    config(config -> config.set("eos_token_id", json(end)));
    try (Tokenizer own = Tokenizer.load(folder);
        CausalLanguageModel model = CausalLanguageModel.load(folder, Device.cpu())) {
      assertThatThrownBy(() -> model.requireEmbeds(own))
          .isInstanceOf(InvalidModelException.class)
          .hasMessageContaining("eos_token_id " + end.replaceAll(".* |]", ""))
          .hasMessageContaining("389 tokens")
          .hasMessageContaining(folder + "/tokenizer.json 0");
    }
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void that_is_a_reference_with_another_vocabulary(@TempDir Path other) throws IOException {
    try (Tokenizer own = Tokenizer.load(folder)) {
      SharedVocabulary.requireOfReference(Golden.folder(), own);
      config(config -> config.put("vocab_size", 300));
      assertThatThrownBy(() -> SharedVocabulary.requireOfReference(folder, own))
          .isInstanceOf(InvalidModelException.class)
          .hasMessageContaining(folder.toString())
          .hasMessageContaining("embeds 300 tokens")
          .hasMessageContaining("tokens up to " + (own.vocabularySize() - 1))
          .hasMessageContaining("take the model that training starts from");
    }
    Files.copy(folder.resolve("tokenizer.json"), other.resolve("tokenizer.json"));
    config(config -> {});
    String tokenizer = Files.readString(folder.resolve("tokenizer.json"));
    Files.writeString(
        folder.resolve("tokenizer.json"), tokenizer.replaceFirst("\"A\":\\s*(\\d+)", "\"A\": 388"));
    try (Tokenizer policy = Tokenizer.load(other)) {
      assertThatThrownBy(() -> SharedVocabulary.requireOfReference(folder, policy))
          .isInstanceOf(InvalidModelException.class)
          .hasMessageContaining("token A is 388 for it")
          .hasMessageContaining(policy.tokenId("A").orElseThrow() + " for the policy");
    }
  }

  @Test
  void whose_tied_weight_is_stored_under_its_other_name_is_fine() throws IOException {
    weights(
        (tensors, manager) ->
            tensors.put("lm_head.weight", tensors.remove("transformer.wte.weight")));
    try (CausalLanguageModel model = CausalLanguageModel.load(folder, Device.cpu());
        CausalLanguageModel golden = CausalLanguageModel.load(Golden.folder(), Device.cpu())) {
      assertThat(model.parameters().get("transformer.wte.weight").toFloatArray())
          .isEqualTo(golden.parameters().get("transformer.wte.weight").toFloatArray());
    }
  }

  @Test
  void the_untouched_folder_is_fine() throws IOException {
    try (CausalLanguageModel model = CausalLanguageModel.load(folder, Device.cpu())) {
      assertThat(model.config().innerWidth()).isEqualTo(53);
    }
  }
}
