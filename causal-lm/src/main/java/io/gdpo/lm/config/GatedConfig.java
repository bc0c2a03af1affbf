package io.gdpo.lm.config;

import ai.djl.ndarray.types.Shape;
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
  Pattern CONSTANTS =
      Pattern.compile("(model\\.)?(layers\\.\\d+\\.self_attn\\.)?rotary_emb\\.inv_freq");

  /** Whether all of attention's products have biases. */
  default boolean attentionBias() {
    return false;
  }

  /** Whether queries, keys and values have biases. */
  default boolean hasQueryKeyValueBias() {
    return attentionBias();
  }

  /** Whether the feed-forward layer's products have biases. */
  default boolean mlpBias() {
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
      share = DecoderShape.evenHeadWidth(fields);
    }
    return DecoderShape.of(
        fields,
        fields.positive("num_key_value_heads", otherwise),
        fields.positive("head_dim", share),
        "rms_norm_eps",
        1e-6);
  }

  /** Refuses what Qwen's configs can ask for: a window of some blocks. */
  static void requireNoWindow(ConfigFields fields) {
    fields.requireFixed("use_sliding_window", false);
    fields.known("sliding_window"); // of no block, as there is no use_sliding_window
  }

  @Override
  default List<String> sources() {
    return List.of("rotary.py", "gated.py", hasQueryKeyNorm() ? "qwen3.py" : "llama.py");
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
  default Pattern constants() {
    return CONSTANTS;
  }

  @Override
  default Map<String, Shape> weights() {
    DecoderShape shape = shape();
    long width = shape.width();
    long inner = shape.innerWidth();
    long queries = (long) shape.heads() * shape.headWidth();
    long keys = (long) shape.keyValueHeads() * shape.headWidth();
    WeightShapes shapes = new WeightShapes(this);
    shapes.blocks(
        "model.layers",
        block -> {
          String attention = block + "self_attn.";
          shapes.linear(attention + "q_proj", queries, width, hasQueryKeyValueBias());
          shapes.linear(attention + "k_proj", keys, width, hasQueryKeyValueBias());
          shapes.linear(attention + "v_proj", keys, width, hasQueryKeyValueBias());
          shapes.linear(attention + "o_proj", width, queries, attentionBias());
          if (hasQueryKeyNorm()) {
            shapes.add(attention + "q_norm.weight", shape.headWidth());
            shapes.add(attention + "k_norm.weight", shape.headWidth());
          }
          shapes.linear(block + "mlp.gate_proj", inner, width, mlpBias());
          shapes.linear(block + "mlp.up_proj", inner, width, mlpBias());
          shapes.linear(block + "mlp.down_proj", width, inner, mlpBias());
          shapes.add(block + "input_layernorm.weight", width);
          shapes.add(block + "post_attention_layernorm.weight", width);
        });
    shapes.add("model.norm.weight", width);
    shapes.head();
    return shapes.inOrder();
  }
}
