package io.gdpo.lm.config;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.InvalidModelException;
import java.util.LinkedHashMap;
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
  private static final Pattern CONSTANT =
      Pattern.compile("(transformer\\.)?h\\.\\d+\\.attn\\.((masked_)?bias|embed_positions)");

  static GptJConfig parse(JsonNode config) {
    ConfigFields fields = new ConfigFields(config);
    fields.oneOf(
        "activation_function", Set.of("gelu_new", "gelu_fast", "gelu_pytorch_tanh"), "gelu_new");
    fields.requireFixed("rotary", true);
    fields.requireFixed("scale_attn_weights", true);
    fields.requireFixed("tie_word_embeddings", false); // its head has a bias
    int positions = fields.size("n_positions");
    if (fields.integer("n_ctx", positions) != positions) {
      throw new InvalidModelException("n_ctx differs from n_positions; only equal is supported");
    }
    int heads = fields.size("n_head");
    int width = fields.size("n_embd");
    int headWidth = DecoderShape.evenHeadWidth(fields, "n_embd", "n_head");
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
    GptJConfig read =
        new GptJConfig(shape, RotaryEmbedding.unscaled(turned, THETA), fields.asFloat32());
    fields.requireAll("layer_types", "full_attention", shape.layers());
    fields.refuseOthers();
    return read;
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
  public boolean isConstant(String name) {
    return CONSTANT.matcher(name).matches();
  }

  @Override
  public Map<String, Shape> weights() {
    long width = shape.width();
    long inner = shape.innerWidth();
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put(tokenEmbedding(), new Shape(shape.vocabSize(), width));
    for (int layer = 0; layer < shape.layers(); layer++) {
      String block = PREFIX + "h." + layer + ".";
      shapes.put(block + "ln_1.weight", new Shape(width));
      shapes.put(block + "ln_1.bias", new Shape(width));
      shapes.put(block + "attn.k_proj.weight", new Shape(width, width));
      shapes.put(block + "attn.v_proj.weight", new Shape(width, width));
      shapes.put(block + "attn.q_proj.weight", new Shape(width, width));
      shapes.put(block + "attn.out_proj.weight", new Shape(width, width));
      shapes.put(block + "mlp.fc_in.weight", new Shape(inner, width));
      shapes.put(block + "mlp.fc_in.bias", new Shape(inner));
      shapes.put(block + "mlp.fc_out.weight", new Shape(width, inner));
      shapes.put(block + "mlp.fc_out.bias", new Shape(width));
    }
    shapes.put(PREFIX + "ln_f.weight", new Shape(width));
    shapes.put(PREFIX + "ln_f.bias", new Shape(width));
    shapes.put(untiedHead(), new Shape(shape.vocabSize(), width));
    shapes.put("lm_head.bias", new Shape(shape.vocabSize()));
    return shapes;
  }
}
