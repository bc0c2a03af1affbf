package io.gdpo.lm.config;

import com.fasterxml.jackson.databind.node.ObjectNode;

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

  static LlamaConfig parse(ConfigFields fields) {
    DecoderShape shape = GatedConfig.shape(fields, 0, 0);
    fields.requireSame("max_sequence_length", "max_position_embeddings", shape.positions());
    return new LlamaConfig(
        shape,
        RotaryEmbedding.of(fields, shape.headWidth()),
        fields.flag("attention_bias", false),
        fields.flag("mlp_bias", false),
        fields.asFloat32());
  }

  @Override
  public String family() {
    return "llama";
  }
}
