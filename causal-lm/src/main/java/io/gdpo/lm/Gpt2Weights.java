package io.gdpo.lm;

import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The weights that a GPT-2 of a given shape has: their names and shapes, in Hugging Face's order.
 */
final class Gpt2Weights {
  /** Hugging Face's prefix; checkpoints of the bare transformer, OpenAI's among them, lack it. */
  static final String PREFIX = "transformer.";

  static final String TOKEN_EMBEDDING = PREFIX + "wte.weight";
  static final String HEAD = "lm_head.weight";

  /** Causal masks that old checkpoints hold beside the weights. */
  private static final Pattern MASK =
      Pattern.compile("(transformer\\.)?h\\.\\d+\\.attn\\.(masked_)?bias");

  private Gpt2Weights() {}

  static Map<String, Shape> shapes(ModelConfig config) {
    long width = config.nEmbd();
    long inner = config.nInner();
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put(TOKEN_EMBEDDING, new Shape(config.vocabSize(), width));
    shapes.put(PREFIX + "wpe.weight", new Shape(config.nPositions(), width));
    for (int layer = 0; layer < config.nLayer(); layer++) {
      String block = PREFIX + "h." + layer + ".";
      shapes.put(block + "ln_1.weight", new Shape(width));
      shapes.put(block + "ln_1.bias", new Shape(width));
      shapes.put(block + "attn.c_attn.weight", new Shape(width, 3 * width));
      shapes.put(block + "attn.c_attn.bias", new Shape(3 * width));
      shapes.put(block + "attn.c_proj.weight", new Shape(width, width));
      shapes.put(block + "attn.c_proj.bias", new Shape(width));
      shapes.put(block + "ln_2.weight", new Shape(width));
      shapes.put(block + "ln_2.bias", new Shape(width));
      shapes.put(block + "mlp.c_fc.weight", new Shape(width, inner));
      shapes.put(block + "mlp.c_fc.bias", new Shape(inner));
      shapes.put(block + "mlp.c_proj.weight", new Shape(inner, width));
      shapes.put(block + "mlp.c_proj.bias", new Shape(width));
    }
    shapes.put(PREFIX + "ln_f.weight", new Shape(width));
    shapes.put(PREFIX + "ln_f.bias", new Shape(width));
    if (!config.tieWordEmbeddings()) {
      shapes.put(HEAD, new Shape(config.vocabSize(), width));
    }
    return shapes;
  }

  /** Whether a tensor of this name in a file is a constant mask, not a weight. */
  static boolean isMask(String name) {
    return MASK.matcher(name).matches();
  }

  /**
   * Standard deviation of a weight's random initial values (Radford et al., 2019, section 2.3:
   * those that write to the residual stream are scaled by one over the square root of their
   * number); 0 for biases and layer norms, which start at constants.
   */
  static double initialDeviation(String name, ModelConfig config) {
    if (isNorm(name) || name.endsWith(".bias")) {
      return 0;
    }
    boolean writesResidual = name.endsWith("c_proj.weight");
    return writesResidual
        ? config.initializerRange() / Math.sqrt(2.0 * config.nLayer())
        : config.initializerRange();
  }

  /** What a weight that does not start at random starts at: 1 for the scale of a norm, else 0. */
  static float initialConstant(String name) {
    return isNorm(name) && name.endsWith(".weight") ? 1 : 0;
  }

  private static boolean isNorm(String name) {
    return name.contains(".ln_");
  }
}
