package io.gdpo.lm.config;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A GPT-2 (Radford et al., 2019).
 *
 * @param shape its numbers
 * @param json the file's fields, kept so that saving loses none, and those that it left out
 */
public record Gpt2Config(DecoderShape shape, ObjectNode json) implements ModelConfig {
  private static final String PREFIX = "transformer.";

  /** Causal masks that old checkpoints hold beside the weights. */
  private static final Pattern CONSTANTS =
      Pattern.compile("(transformer\\.)?h\\.\\d+\\.attn\\.(masked_)?bias");

  /** Fields whose only supported value is the one given here. */
  private static final Map<String, Boolean> FIXED =
      Map.of(
          "scale_attn_weights", true,
          "scale_attn_by_inverse_layer_idx", false,
          "reorder_and_upcast_attn", false,
          "add_cross_attention", false,
          "is_encoder_decoder", false);

  static Gpt2Config parse(ConfigFields fields) {
    fields.oneOf("activation_function", Set.of("gelu_new", "gelu_pytorch_tanh"), "gelu_new");
    FIXED.forEach(fields::requireFixed);
    int positions = fields.positive("n_positions", 1024);
    fields.requireSame("n_ctx", "n_positions", positions);
    int width = fields.positive("n_embd", 768);
    int heads = fields.positive("n_head", 12);
    DecoderShape shape =
        new DecoderShape(
            fields.positive("vocab_size", 50257),
            positions,
            width,
            fields.positive("n_inner", 4 * width),
            fields.positive("n_layer", 12),
            heads,
            heads,
            DecoderShape.evenHeadWidth("n_embd", width, "n_head", heads),
            fields.positive("layer_norm_epsilon", 1e-5),
            fields.positive("initializer_range", 0.02),
            fields.flag("tie_word_embeddings", true),
            fields.tokenId("eos_token_id"));
    return new Gpt2Config(shape, inFull(shape, fields.asFloat32()));
  }

  /** What transformers writes of such a model, under what the file says itself. */
  private static ObjectNode inFull(DecoderShape shape, ObjectNode file) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putArray("architectures").add("GPT2LMHeadModel");
    json.put("model_type", "gpt2");
    json.put("vocab_size", shape.vocabSize());
    json.put("n_positions", shape.positions());
    json.put("n_embd", shape.width());
    json.put("n_layer", shape.layers());
    json.put("n_head", shape.heads());
    json.put("n_inner", shape.innerWidth());
    json.put("activation_function", "gelu_new");
    json.put("layer_norm_epsilon", shape.normEpsilon());
    json.put("initializer_range", shape.initializerRange());
    json.put("tie_word_embeddings", shape.tieWordEmbeddings());
    json.put("attn_pdrop", 0.0);
    json.put("embd_pdrop", 0.0);
    json.put("resid_pdrop", 0.0);
    JsonNode end = number(shape.eosTokenId());
    json.set("bos_token_id", end);
    json.set("eos_token_id", end);
    if (!file.has("dtype")) {
      json.put("torch_dtype", "float32");
    }
    json.setAll(file);
    return json;
  }

  /** As it is when it is read: no long where an int will do. */
  private static JsonNode number(OptionalLong id) {
    if (id.isEmpty()) {
      return JsonNodeFactory.instance.nullNode();
    }
    long number = id.getAsLong();
    return number == (int) number ? IntNode.valueOf((int) number) : LongNode.valueOf(number);
  }

  /** The same with the token that ends a text. */
  public Gpt2Config withEosTokenId(long id) {
    ObjectNode fields = json.deepCopy();
    fields.set("bos_token_id", number(OptionalLong.of(id)));
    fields.set("eos_token_id", number(OptionalLong.of(id)));
    return parse(new ConfigFields(fields));
  }

  @Override
  public String family() {
    return "gpt2";
  }

  @Override
  public Map<String, Shape> weights() {
    long width = shape.width();
    long inner = shape.innerWidth();
    WeightShapes shapes = new WeightShapes(this);
    shapes.add(PREFIX + "wpe.weight", shape.positions(), width);
    shapes.blocks(
        PREFIX + "h",
        block -> {
          shapes.layerNorm(block + "ln_1");
          shapes.conv1d(block + "attn.c_attn", width, 3 * width);
          shapes.conv1d(block + "attn.c_proj", width, width);
          shapes.layerNorm(block + "ln_2");
          shapes.conv1d(block + "mlp.c_fc", width, inner);
          shapes.conv1d(block + "mlp.c_proj", inner, width);
        });
    shapes.layerNorm(PREFIX + "ln_f");
    shapes.head();
    return shapes.inOrder();
  }

  @Override
  public String tokenEmbedding() {
    return PREFIX + "wte.weight";
  }

  @Override
  public String prefix() {
    return PREFIX;
  }

  @Override
  public boolean isStoredTransposed(String weight) {
    return weight.contains(".c_");
  }

  @Override
  public Pattern constants() {
    return CONSTANTS;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Radford et al., 2019, section 2.3: those that write to the residual stream are scaled by one
   * over the square root of their number.
   */
  @Override
  public double initialDeviation(String weight) {
    double deviation = ModelConfig.super.initialDeviation(weight);
    boolean writesResidual = weight.endsWith("c_proj.weight");
    return writesResidual ? deviation / Math.sqrt(2.0 * shape.layers()) : deviation;
  }
}
