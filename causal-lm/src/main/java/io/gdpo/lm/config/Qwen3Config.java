package io.gdpo.lm.config;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A Qwen3 (Yang et al., 2025) whose blocks all see the whole text.
 *
 * @param shape its numbers; heads need not share the width evenly
 * @param rotary how queries and keys are turned
 * @param attentionBias whether attention's products have biases
 * @param json the file's fields, kept so that saving loses none
 */
public record Qwen3Config(
    DecoderShape shape, RotaryEmbedding rotary, boolean attentionBias, ObjectNode json)
    implements GatedConfig {
  private static final int KEY_VALUE_HEADS = 32;
  private static final int HEAD_WIDTH = 128;

  static Qwen3Config parse(ConfigFields fields) {
    GatedConfig.requireNoWindow(fields);
    DecoderShape shape = GatedConfig.shape(fields, KEY_VALUE_HEADS, HEAD_WIDTH);
    return new Qwen3Config(
        shape,
        RotaryEmbedding.of(fields, shape.headWidth()),
        fields.flag("attention_bias", false),
        fields.asFloat32());
  }

  @Override
  public String family() {
    return "qwen3";
  }

  @Override
  public boolean hasQueryKeyNorm() {
    return true;
  }
}
