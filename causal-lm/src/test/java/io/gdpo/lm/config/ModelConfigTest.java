package io.gdpo.lm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.GoldenModel;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.folder.EndOfText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a {@code config.json} may say, and what is refused by name. */
class ModelConfigTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private ModelConfig read(String name, Consumer<ObjectNode> change) throws IOException {
    Path file = new GoldenModel(name).folder().resolve("config.json");
    ObjectNode config = (ObjectNode) JSON.readTree(Files.readString(file));
    change.accept(config);
    Files.writeString(folder.resolve("config.json"), config.toString());
    return ModelConfig.load(folder);
  }

  private AbstractThrowableAssert<?, ?> assertRefused(String name, Consumer<ObjectNode> change) {
    return assertThatThrownBy(() -> read(name, change))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(folder.resolve("config.json").toString());
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void positions_written_before_transformers_5_mean_the_same() throws IOException {
    LlamaConfig now = (LlamaConfig) read("llama", config -> {});
    LlamaConfig before =
        (LlamaConfig)
            read(
                "llama",
                config -> {
                  config.remove("rope_parameters");
                  config.put("rope_theta", 100.0);
                  config.set(
                      "rope_scaling",
                      json(
                          "{'rope_type': 'llama3', 'factor': 4, 'low_freq_factor': 1,"
                              + " 'high_freq_factor': 4, 'original_max_position_embeddings': 32}"));
                });
    assertThat(before.rotary())
        .isEqualTo(now.rotary())
        .isEqualTo(new RotaryEmbedding(6, 100, 4, 32, 1, 4));

    LlamaConfig linear =
        (LlamaConfig)
            read(
                "llama-tied",
                config -> {
                  config.remove("rope_parameters");
                  config.set("rope_scaling", json("{'type': 'linear', 'factor': 2.5}"));
                });
    assertThat(linear.rotary()).isEqualTo(new RotaryEmbedding(8, 10_000, 2.5, 0, 0, 0));

    GptNeoXConfig pythia =
        (GptNeoXConfig)
            read(
                "gptneox",
                config -> {
                  config.remove("rope_parameters");
                  config.put("rotary_pct", 0.4).put("rotary_emb_base", 1000);
                });
    assertThat(pythia.rotary()).isEqualTo(new RotaryEmbedding(4, 1000, 1, 0, 0, 0));
  }

  @Test
  void the_rotary_base_is_10000_where_the_file_names_none() throws IOException {
    LlamaConfig old =
        (LlamaConfig)
            read(
                "llama",
                config -> {
                  config.remove("rope_parameters");
                  config.putNull("rope_scaling");
                });
    assertThat(old.rotary().theta()).isCloseTo(10_000, within(0.0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "llama|rope_parameters|{'rope_type': 'yarn', 'factor': 2}|rope_parameters.rope_type \"yarn\"",
        "qwen2|rope_scaling|{'type': 'dynamic', 'factor': 2}|rope_scaling and rope_parameters",
        "llama|rope_parameters|{'rope_type': 'linear'}|rope_parameters.factor is missing",
        "llama|rope_parameters|{'rope_type': 'linear', 'factor': 2, 'beta_fast': 3}|rope_parameters.beta_fast",
        "llama|rope_parameters|{'rope_type': 'llama3', 'factor': 2}|original_max_position_embeddings is missing",
        "llama|rope_parameters|{'partial_rotary_factor': 0.5}|rope_parameters.partial_rotary_factor",
        "llama|rope_parameters|7|rope_parameters must be an object",
        "llama|rope_theta|-1|rope_theta must be above 0",
        "llama|hidden_act|'gelu'|hidden_act \"gelu\"",
        "llama|quantization_config|{'bits': 4}|quantization_config",
        "llama|num_attention_heads|3|hidden_size 20 is not a multiple of num_attention_heads 3",
        "llama|num_key_value_heads|3|num_attention_heads 4 is not a multiple of num_key_value_heads 3",
        "llama|num_key_value_heads|0|num_key_value_heads must be at least 1",
        "llama|head_dim|5|rotary positions turn pairs",
        "llama|vocab_size|null|vocab_size is missing",
        "llama|tie_word_embeddings|'no'|tie_word_embeddings must be true or false",
        "mistral|sliding_window|0|sliding_window must be at least 1",
        "mistral|attention_bias|true|attention_bias",
        "qwen2|use_sliding_window|true|use_sliding_window true",
        "qwen2|layer_types|['full_attention', 'sliding_attention']|layer_types holds \"sliding_attention\"",
        "qwen2|layer_types|'sliding_attention'|layer_types must be a list with an entry for each of 2 blocks",
        "qwen2|layer_types|['full_attention']|layer_types must be a list",
        "llama|max_sequence_length|7|max_sequence_length 7",
        "llama|is_encoder_decoder|true|is_encoder_decoder",
        "llama|pruned_heads|{'0': [1]}|pruned_heads",
        "gptneox|mlp_bias|true|mlp_bias",
        "qwen3|use_sliding_window|true|use_sliding_window true",
        "gptneox|hidden_act|'relu'|hidden_act \"relu\"",
        "gptneox|num_attention_heads|4|hidden_size 30 is not a multiple of num_attention_heads 4",
        "gptneox|rope_parameters|{'partial_rotary_factor': 0.3}|rotary positions turn pairs",
        "gptneox|rope_parameters|{'partial_rotary_factor': 1.5}|rotary_pct must be at most 1",
        "gptj|rotary|false|rotary false",
        "gptj|rotary_dim|null|rotary_dim is missing",
        "gptj|rotary_dim|10|rotary_dim 10",
        "gptj|tie_word_embeddings|true|tie_word_embeddings true",
        "gptj|n_head|5|n_embd 24 is not a multiple of n_head 5"
      })
  void what_is_not_computed_is_refused_by_name(
      String name, String field, String value, String message) {
    assertRefused(
            name,
            config -> {
              if (field.equals("num_attention_heads")) {
                config.remove("head_dim");
              }
              config.set(field, json(value));
            })
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-gpt2", "gptj", "gptneox", "llama", "mistral", "qwen2", "qwen3"})
  void a_config_that_was_written_in_full_says_no_more(String name) throws IOException {
    ModelConfig full =
        read(
            name,
            fields ->
                fields.setAll(
                    (ObjectNode)
                        json(
                            """
                                {'is_encoder_decoder': false, 'add_cross_attention': false,
                                 'cross_attention_hidden_size': null, 'chunk_size_feed_forward': 0,
                                 'pruned_heads': {}, 'torchscript': false, 'use_bfloat16': false,
                                 'tie_encoder_decoder': false, 'tf_legacy_loss': false, 'attention_dropout': 0.1,
                                 'max_length': 20, 'do_sample': false, 'temperature': 1.0, 'top_p': 0.9,
                                 'num_beams': 1, 'sep_token_id': null, 'prefix': null}""")));

    assertThat(full.weights()).isEqualTo(read(name, fields -> {}).weights());
  }

  @Test
  void as_many_heads_of_keys_as_of_queries_are_meant_by_null() throws IOException {
    ModelConfig config = read("mistral", fields -> fields.putNull("num_key_value_heads"));
    assertThat(config.keyValueHeads()).isEqualTo(config.heads());
    assertThat(read("llama", fields -> fields.remove("num_key_value_heads")).keyValueHeads())
        .isEqualTo(4);
  }

  @Test
  void two_names_of_one_number_must_agree() {
    assertRefused("gptneox", config -> config.put("rotary_emb_base", 5).put("rope_theta", 6))
        .hasMessageContaining("rotary_emb_base and rope_theta differ");
  }

  @Test
  void mistral_sees_all_positions_where_its_window_is_null() throws IOException {
    assertThat(read("mistral", config -> {}).slidingWindow()).isEqualTo(7);
    assertThat(read("mistral", config -> config.putNull("sliding_window")).slidingWindow())
        .isZero();
    assertThat(read("mistral", config -> config.remove("sliding_window")).slidingWindow())
        .isEqualTo(4096);
  }

  @Test
  void the_first_of_several_ends_of_text_counts() throws IOException {
    ModelConfig config = read("llama", fields -> fields.set("eos_token_id", json("[9, 8]")));
    assertThat(config.eosTokenId()).hasValue(9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "tiny-gpt2"})
  void saving_keeps_every_field_but_the_element_type(String name, @TempDir Path saved)
      throws IOException {
    ModelConfig config =
        read(
            name,
            fields -> {
              fields.set("eos_token_id", json("[9, 8]"));
              fields.put("attention_dropout", 0.1).put("dtype", "float16");
            });
    config.save(saved, EndOfText.of(folder.resolve("tokenizer.json"), Map.of("</s>", 9L)));
    ObjectNode expected =
        (ObjectNode) JSON.readTree(Files.readString(folder.resolve("config.json")));
    expected.put("dtype", "float32");
    assertThat(JSON.readTree(Files.readString(saved.resolve("config.json")))).isEqualTo(expected);
    assertThat(ModelConfig.load(saved)).isEqualTo(config);
  }

  @ParameterizedTest
  @CsvSource({
    "gptj, transformer.h.0.attn.bias",
    "gptj, transformer.h.11.attn.masked_bias",
    "gptneox, gpt_neox.layers.3.attention.bias",
    "gptneox, gpt_neox.layers.3.attention.masked_bias",
    "gptneox, gpt_neox.layers.3.attention.rotary_emb.inv_freq",
    "llama, model.layers.3.self_attn.rotary_emb.inv_freq",
    "qwen2, model.rotary_emb.inv_freq"
  })
  void constants_of_old_checkpoints_are_known_by_name(String name, String constant)
      throws IOException {
    ModelConfig config = read(name, fields -> {});
    assertThat(config.isConstant(constant)).isTrue();
    assertThat(config.weights().keySet()).noneMatch(config::isConstant);
  }
}
