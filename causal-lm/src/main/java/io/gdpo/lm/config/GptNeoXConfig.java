package io.gdpo.lm.config;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A GPT-NeoX (Black et al., 2022), Pythia (Biderman et al., 2023) among them.
 *
 * @param shape its numbers
 * @param rotary how the first part of queries and keys is turned
 * @param attentionBias whether attention's products have biases
 * @param useParallelResidual whether the feed-forward layer reads what attention reads, not what it
 *     gives
 * @param tanhGelu whether the activation is GELU's approximation by tanh
 * @param json the file's fields, kept so that saving loses none
 */
public record GptNeoXConfig(
    DecoderShape shape,
    RotaryEmbedding rotary,
    boolean attentionBias,
    boolean useParallelResidual,
    boolean tanhGelu,
    ObjectNode json)
    implements RotaryConfig {
  private static final String PREFIX = "gpt_neox.";

  /** Constants that old checkpoints hold beside the weights. */
  private static final Pattern CONSTANTS =
      Pattern.compile(
          "(gpt_neox\\.)?layers\\.\\d+\\.attention\\.((masked_)?bias|rotary_emb\\.inv_freq)");

  static GptNeoXConfig parse(ConfigFields fields) {
    int headWidth = DecoderShape.evenHeadWidth(fields);
    DecoderShape shape =
        DecoderShape.of(
            fields, fields.size("num_attention_heads"), headWidth, "layer_norm_eps", 1e-5);
    String activation =
        fields.oneOf(
            "hidden_act", Set.of("gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh"), "gelu");
    return new GptNeoXConfig(
        shape,
        RotaryEmbedding.ofPart(fields, headWidth),
        fields.flag("attention_bias", true),
        fields.flag("use_parallel_residual", true),
        !activation.equals("gelu"),
        fields.asFloat32());
  }

  @Override
  public String family() {
    return "gpt_neox";
  }

  @Override
  public String prefix() {
    return PREFIX;
  }

  @Override
  public String tokenEmbedding() {
    return PREFIX + "embed_in.weight";
  }

  @Override
  public String untiedHead() {
    return "embed_out.weight";
  }

  @Override
  public Pattern constants() {
    return CONSTANTS;
  }

  @Override
  public Map<String, Object> attributes() {
    Map<String, Object> attributes = new TreeMap<>(rotary.attributes());
    attributes.put("use_parallel_residual", useParallelResidual);
    attributes.put("tanh_gelu", tanhGelu);
    return attributes;
  }

  @Override
  public Map<String, Shape> weights() {
    long width = shape.width();
    long inner = shape.innerWidth();
    WeightShapes shapes = new WeightShapes(this);
    shapes.blocks(
        PREFIX + "layers",
        block -> {
          shapes.layerNorm(block + "input_layernorm");
          shapes.layerNorm(block + "post_attention_layernorm");
          shapes.linear(block + "attention.query_key_value", 3 * width, width, attentionBias);
          shapes.linear(block + "attention.dense", width, width, attentionBias);
          shapes.linear(block + "mlp.dense_h_to_4h", inner, width, true);
          shapes.linear(block + "mlp.dense_4h_to_h", width, inner, true);
        });
    shapes.layerNorm(PREFIX + "final_layer_norm");
    shapes.head();
    return shapes.inOrder();
  }
}
