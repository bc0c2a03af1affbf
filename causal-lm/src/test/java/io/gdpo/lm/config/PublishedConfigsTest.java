package io.gdpo.lm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gdpo.lm.InvalidModelException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Configs as the Hub has them, and as transformers 4.57 and 5 write them anew. */
class PublishedConfigsTest {
  @TempDir Path folder;

  /** With the number of weights that each model's authors give. */
  private static Stream<Arguments> published() throws IOException {
    try (InputStream table =
        PublishedConfigsTest.class.getResourceAsStream("published-configs.json")) {
      JsonNode models = new ObjectMapper().readTree(table);
      return StreamSupport.stream(models.spliterator(), false)
          .map(m -> arguments(m.get("model").asText(), m.get("weights").asLong(), m.get("config")));
    }
  }

  private ModelConfig read(String config) throws IOException {
    Files.writeString(folder.resolve("config.json"), config);
    return ModelConfig.load(folder);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("published")
  void configs_of_published_models_give_as_many_weights_as_those_have(
      String model, long weights, JsonNode config) throws IOException {
    assertThat(read(config.toString()).weights().values().stream().mapToLong(Shape::size).sum())
        .as(model)
        .isEqualTo(weights);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'model_type': 'gemma3_text'}|model_type \"gemma3_text\" is not supported",
        "{'model_type': 'phi3'}|take a model of gpt2, gpt_neox, gptj, llama, mistral, qwen2, qwen3",
        "{}|model_type is missing",
        "LLAMA, 'quantization_config': {'quant_method': 'awq', 'bits': 4}}|quantization_config says that the weights are quantised (awq)",
        "LLAMA, 'quantization_config': {'bits': 4}}|quantised (of an unnamed kind)",
        "LLAMA, 'auto_map': {'AutoModelForCausalLM': 'modeling_x.X'}}|auto_map names code of the model's own",
        "LLAMA, 'layer_types': ['full_attention', 'sliding_attention']}|layer_types holds \"sliding_attention\"",
        "LLAMA, 'sliding_window': 4096}|sliding_window is not supported",
        "LLAMA, 'rope_interleaved': true}|rope_interleaved is not supported",
        "LLAMA, 'partial_rotary_factor': 0.5}|partial_rotary_factor is not supported",
        "LLAMA, 'logit_scale': 0.0625}|logit_scale is not supported",
        "MISTRAL, 'layer_types': ['full_attention', 'full_attention']}|layer_types holds \"full_attention\""
      })
  void what_would_change_the_result_is_refused_by_name(String config, String message) {
    String sizes =
        "', 'vocab_size': 9, 'hidden_size': 8, 'intermediate_size': 8, 'num_hidden_layers': 2,"
            + " 'num_attention_heads': 2, 'num_key_value_heads': 2, 'max_position_embeddings': 9";
    String full =
        config
            .replace("LLAMA", "{'model_type': 'llama" + sizes)
            .replace("MISTRAL", "{'model_type': 'mistral" + sizes);
    assertThatThrownBy(() -> read(full.replace('\'', '"')))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining(message);
  }
}
