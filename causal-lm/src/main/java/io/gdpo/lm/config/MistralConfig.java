package io.gdpo.lm.config;

import com.fasterxml.jackson.databind.JsonNode;
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

  static MistralConfig parse(JsonNode config) {
    ConfigFields fields = new ConfigFields(config);
    DecoderShape shape = GatedConfig.shape(fields, KEY_VALUE_HEADS, 0);
    int window = fields.isNull("sliding_window") ? 0 : fields.positive("sliding_window", WINDOW);
    MistralConfig read =
        new MistralConfig(
            shape, RotaryEmbedding.of(fields, shape.headWidth()), window, fields.asFloat32());
    String seen = window == 0 ? "full_attention" : "sliding_attention";
    fields.requireAll("layer_types", seen, shape.layers());
    fields.refuseOthers();
    return read;
  }

  @Override
  public String family() {
    return "mistral";
  }

  @Override
  public boolean hasQueryKeyValueBias() {
    return false;
  }
}
