package io.gdpo.lm.config;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.InvalidModelException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A GPT-J (Wang and Komatsuzaki, 2021).
 *
 * @param shape its numbers
 * @param rotary how the first part of queries and keys is turned
 * @param json the file's fields, kept so that saving loses none
 */
public record GptJConfig(DecoderShape shape, RotaryEmbedding rotary, ObjectNode json)
    implements RotaryConfig {
  private static final String PREFIX = "transformer.";
  private static final double THETA = 10_000;

  /** Constants that old checkpoints hold beside the weights. */
  private static final Pattern CONSTANTS =
      Pattern.compile("(transformer\\.)?h\\.\\d+\\.attn\\.((masked_)?bias|embed_positions)");

  static GptJConfig parse(ConfigFields fields) {
    fields.oneOf(
        "activation_function", Set.of("gelu_new", "gelu_fast", "gelu_pytorch_tanh"), "gelu_new");
    fields.requireFixed("rotary", true);
    fields.requireFixed("scale_attn_weights", true);
    fields.requireFixed("tie_word_embeddings", false); // its head has a bias
    int positions = fields.size("n_positions");
    fields.requireSame("n_ctx", "n_positions", positions);
    int heads = fields.size("n_head");
    int width = fields.size("n_embd");
    int headWidth = DecoderShape.evenHeadWidth("n_embd", width, "n_head", heads);
    int turned = fields.size("rotary_dim");
    if (turned > headWidth) {
      throw new InvalidModelException(
          String.format(
              Locale.ROOT,
              "rotary_dim %d is more than the %d elements of a head",
              turned,
              headWidth));
    }
    DecoderShape shape =
        new DecoderShape(
            fields.size("vocab_size"),
            positions,
            width,
            fields.positive("n_inner", 4 * width),
            fields.size("n_layer"),
            heads,
            heads,
            headWidth,
            fields.positive("layer_norm_epsilon", 1e-5),
            fields.positive("initializer_range", 0.02),
            false,
            fields.tokenId("eos_token_id"));
    return new GptJConfig(shape, RotaryEmbedding.unscaled(turned, THETA), fields.asFloat32());
  }

  @Override
  public String family() {
    return "gptj";
  }

  @Override
  public String prefix() {
    return PREFIX;
  }

  @Override
  public String tokenEmbedding() {
    return PREFIX + "wte.weight";
  }

  @Override
  public Pattern constants() {
    return CONSTANTS;
  }

  @Override
  public Map<String, Shape> weights() {
    long width = shape.width();
    WeightShapes shapes = new WeightShapes(this);
    shapes.blocks(
        PREFIX + "h",
        block -> {
          shapes.layerNorm(block + "ln_1");
          for (String product : List.of("k_proj", "v_proj", "q_proj", "out_proj")) {
            shapes.linear(block + "attn." + product, width, width, false);
          }
          shapes.linear(block + "mlp.fc_in", shape.innerWidth(), width, true);
          shapes.linear(block + "mlp.fc_out", width, shape.innerWidth(), true);
        });
    shapes.layerNorm(PREFIX + "ln_f");
    shapes.head();
    shapes.add("lm_head.bias", shape.vocabSize());
    return shapes.inOrder();
  }
}
