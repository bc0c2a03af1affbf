package io.gdpo.lm.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.InvalidModelException;
import java.util.Locale;

/**
 * A Llama (Touvron et al., 2023; "The Llama 3 Herd of Models", 2024).
 *
 * @param shape its numbers
 * @param rotary how queries and keys are turned
 * @param attentionBias whether attention's products have biases
 * @param mlpBias whether the feed-forward layer's products have biases
 * @param json the file's fields, kept so that saving loses none
 */
public record LlamaConfig(
    DecoderShape shape,
    RotaryEmbedding rotary,
    boolean attentionBias,
    boolean mlpBias,
    ObjectNode json)
    implements GatedConfig {

  static LlamaConfig parse(JsonNode config) {
    ConfigFields fields = new ConfigFields(config);
    DecoderShape shape = GatedConfig.shape(fields, 0, 0);
    LlamaConfig read =
        new LlamaConfig(
            shape,
            RotaryEmbedding.of(fields, shape.headWidth()),
            fields.flag("attention_bias", false),
            fields.flag("mlp_bias", false),
            fields.asFloat32());
    int positions = fields.positive("max_sequence_length", shape.positions());
    if (positions != shape.positions()) {
      throw new InvalidModelException(
          String.format(
              Locale.ROOT,
              "max_sequence_length %d and max_position_embeddings %d differ, but mean the same; give one of them",
              positions,
              shape.positions()));
    }
    fields.requireAll("layer_types", "full_attention", shape.layers());
    fields.refuseOthers();
    return read;
  }

  @Override
  public String family() {
    return "llama";
  }

  @Override
  public boolean hasQueryKeyValueBias() {
    return attentionBias;
  }

  @Override
  public boolean hasOutputBias() {
    return attentionBias;
  }

  @Override
  public boolean hasFeedForwardBias() {
    return mlpBias;
  }
}
