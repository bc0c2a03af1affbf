package io.gdpo.lm.config;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A Mistral (Jiang et al., 2023).
 *
 * @param shape its numbers
 * @param rotary how queries and keys are turned
 * @param slidingWindow how many positions a token sees, its own among them; 0 for all
 * @param json the file's fields, kept so that saving loses none
 */
public record MistralConfig(
    DecoderShape shape, RotaryEmbedding rotary, int slidingWindow, ObjectNode json)
    implements GatedConfig {
  private static final int KEY_VALUE_HEADS = 8;
  private static final int WINDOW = 4096;

  static MistralConfig parse(ConfigFields fields) {
    DecoderShape shape = GatedConfig.shape(fields, KEY_VALUE_HEADS, 0);
    int window = fields.isNull("sliding_window") ? 0 : fields.positive("sliding_window", WINDOW);
    return new MistralConfig(
        shape, RotaryEmbedding.of(fields, shape.headWidth()), window, fields.asFloat32());
  }

  @Override
  public String family() {
    return "mistral";
  }
}
