package io.gdpo.lm.config;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A Qwen2 or Qwen2.5 (Yang et al., 2024) whose blocks all see the whole text.
 *
 * @param shape its numbers
 * @param rotary how queries and keys are turned
 * @param json the file's fields, kept so that saving loses none
 */
public record Qwen2Config(DecoderShape shape, RotaryEmbedding rotary, ObjectNode json)
    implements GatedConfig {
  private static final int KEY_VALUE_HEADS = 32;

  static Qwen2Config parse(ConfigFields fields) {
    GatedConfig.requireNoWindow(fields);
    DecoderShape shape = GatedConfig.shape(fields, KEY_VALUE_HEADS, 0);
    return new Qwen2Config(
        shape, RotaryEmbedding.of(fields, shape.headWidth()), fields.asFloat32());
  }

  @Override
  public String family() {
    return "qwen2";
  }

  @Override
  public boolean hasQueryKeyValueBias() {
    return true;
  }
}
