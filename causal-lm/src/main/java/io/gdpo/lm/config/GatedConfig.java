package io.gdpo.lm.config;

import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Llama and its kin: root-mean-square norms, rotary positions, grouped-query attention and a gated
 * feed-forward layer. They differ in biases, in norms of queries and keys, and in what they see.
 */
public sealed interface GatedConfig extends RotaryConfig
    permits LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config {
  /** Constants that old checkpoints hold beside the weights. */
  Pattern CONSTANT =
      Pattern.compile("(model\\.)?(layers\\.\\d+\\.self_attn\\.)?rotary_emb\\.inv_freq");

  /** Whether queries, keys and values have biases. */
  boolean hasQueryKeyValueBias();

  /** Whether attention's output has a bias. */
  default boolean hasOutputBias() {
    return false;
  }

  /** Whether the feed-forward layer has biases. */
  default boolean hasFeedForwardBias() {
    return false;
  }

  /** Whether each head's queries and keys are normalised. */
  default boolean hasQueryKeyNorm() {
    return false;
  }

  /**
   * Reads the shape, and refuses another activation than {@code silu}.
   *
   * @param keyValueHeads where the field is absent; 0 for as many as heads of queries, which null
   *     means too
   * @param headWidth where the field is absent; 0 for an even share of the width
   */
  static DecoderShape shape(ConfigFields fields, int keyValueHeads, int headWidth) {
    fields.oneOf("hidden_act", Set.of("silu", "swish"), "silu");
    boolean asMany = keyValueHeads == 0 || fields.isNull("num_key_value_heads");
    int otherwise = asMany ? fields.size("num_attention_heads") : keyValueHeads;
    int share = headWidth;
    if (share == 0 && fields.isAbsent("head_dim")) {
      share = DecoderShape.evenHeadWidth(fields, "hidden_size", "num_attention_heads");
    }
    return DecoderShape.of(
        fields,
        fields.positive("num_key_value_heads", otherwise),
        fields.positive("head_dim", share),
        "rms_norm_eps",
        1e-6);
  }

  /** Refuses what some of Qwen's configs can ask for: blocks that see less than others. */
  static void requireFullAttention(ConfigFields fields) {
    fields.requireFixed("use_sliding_window", false);
    fields.known("sliding_window"); // of no block, as there is no use_sliding_window
    fields.requireAll("layer_types", "full_attention", fields.size("num_hidden_layers"));
  }

  @Override
  default List<String> sources() {
    return List.of("rotary.py", "gated.py", family() + ".py");
  }

  @Override
  default String prefix() {
    return "model.";
  }

  @Override
  default String tokenEmbedding() {
    return "model.embed_tokens.weight";
  }

  @Override
  default boolean isConstant(String name) {
    return CONSTANT.matcher(name).matches();
  }

  @Override
  default Map<String, Shape> weights() {
    DecoderShape shape = shape();
    long width = shape.width();
    long queries = (long) shape.heads() * shape.headWidth();
    long keys = (long) shape.keyValueHeads() * shape.headWidth();
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put(tokenEmbedding(), new Shape(shape.vocabSize(), width));
    for (int layer = 0; layer < shape.layers(); layer++) {
      String block = "model.layers." + layer + ".";
      boolean bias = hasQueryKeyValueBias();
      linear(shapes, block + "self_attn.q_proj", queries, width, bias);
      linear(shapes, block + "self_attn.k_proj", keys, width, bias);
      linear(shapes, block + "self_attn.v_proj", keys, width, bias);
      linear(shapes, block + "self_attn.o_proj", width, queries, hasOutputBias());
      if (hasQueryKeyNorm()) {
        shapes.put(block + "self_attn.q_norm.weight", new Shape(shape.headWidth()));
        shapes.put(block + "self_attn.k_norm.weight", new Shape(shape.headWidth()));
      }
      long inner = shape.innerWidth();
      linear(shapes, block + "mlp.gate_proj", inner, width, hasFeedForwardBias());
      linear(shapes, block + "mlp.up_proj", inner, width, hasFeedForwardBias());
      linear(shapes, block + "mlp.down_proj", width, inner, hasFeedForwardBias());
      shapes.put(block + "input_layernorm.weight", new Shape(width));
      shapes.put(block + "post_attention_layernorm.weight", new Shape(width));
    }
    shapes.put("model.norm.weight", new Shape(width));
    if (!shape.tieWordEmbeddings()) {
      shapes.put(untiedHead(), new Shape(shape.vocabSize(), width));
    }
    return shapes;
  }

  private static void linear(
      Map<String, Shape> shapes, String module, long out, long in, boolean bias) {
    shapes.put(module + ".weight", new Shape(out, in));
    if (bias) {
      shapes.put(module + ".bias", new Shape(out));
    }
  }
}
