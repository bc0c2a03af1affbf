package io.gdpo.lm.config;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.InvalidModelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The shape of a GPT-2 model (Radford et al., 2019).
 *
 * @param vocabSize V, rows of the token embedding
 * @param nPositions P, the longest sequence in tokens
 * @param nEmbd C, width of the hidden states
 * @param nLayer number of blocks
 * @param nHead attention heads; divides {@code nEmbd}
 * @param nInner width of the feed-forward layer, {@code 4 * nEmbd} by default
 * @param layerNormEpsilon added to the variance in layer norms
 * @param initializerRange standard deviation of random initial weights
 * @param tieWordEmbeddings whether the token embedding is also the projection to the vocabulary
 * @param eosTokenId the token that ends a text, if the config names one
 * @param others the file's fields that change nothing here, kept so that saving loses none
 */
public record Gpt2Config(
    int vocabSize,
    int nPositions,
    int nEmbd,
    int nLayer,
    int nHead,
    int nInner,
    double layerNormEpsilon,
    double initializerRange,
    boolean tieWordEmbeddings,
    OptionalLong eosTokenId,
    ObjectNode others)
    implements ModelConfig {
  private static final String PREFIX = "transformer.";

  /** Causal masks that old checkpoints hold beside the weights. */
  private static final Pattern MASK =
      Pattern.compile("(transformer\\.)?h\\.\\d+\\.attn\\.(masked_)?bias");

  /** Fields whose only supported value is the one given here. */
  private static final Map<String, Boolean> FIXED =
      Map.of(
          "scale_attn_weights", true,
          "scale_attn_by_inverse_layer_idx", false,
          "reorder_and_upcast_attn", false,
          "add_cross_attention", false,
          "is_encoder_decoder", false);

  public Gpt2Config {
    ConfigFields.requirePositive("vocab_size", vocabSize);
    ConfigFields.requirePositive("n_positions", nPositions);
    ConfigFields.requirePositive("n_embd", nEmbd);
    ConfigFields.requirePositive("n_layer", nLayer);
    ConfigFields.requirePositive("n_head", nHead);
    ConfigFields.requirePositive("n_inner", nInner);
    if (nEmbd % nHead != 0) {
      throw new InvalidModelException(
          String.format(
              Locale.ROOT,
              "n_embd %d is not a multiple of n_head %d: heads share the width evenly",
              nEmbd,
              nHead));
    }
    ConfigFields.requirePositive("layer_norm_epsilon", layerNormEpsilon);
    ConfigFields.requirePositive("initializer_range", initializerRange);
  }

  /** One that no file tells more of. */
  public Gpt2Config(
      int vocabSize,
      int nPositions,
      int nEmbd,
      int nLayer,
      int nHead,
      int nInner,
      double layerNormEpsilon,
      double initializerRange,
      boolean tieWordEmbeddings,
      OptionalLong eosTokenId) {
    this(
        vocabSize,
        nPositions,
        nEmbd,
        nLayer,
        nHead,
        nInner,
        layerNormEpsilon,
        initializerRange,
        tieWordEmbeddings,
        eosTokenId,
        JsonNodeFactory.instance.objectNode());
  }

  static Gpt2Config parse(JsonNode config) {
    ConfigFields fields = new ConfigFields(config);
    fields.oneOf("activation_function", Set.of("gelu_new", "gelu_pytorch_tanh"), "gelu_new");
    FIXED.forEach(fields::requireFixed);
    int nPositions = fields.integer("n_positions", 1024);
    int nContext = fields.integer("n_ctx", nPositions);
    if (nContext != nPositions) {
      throw new InvalidModelException(
          String.format(
              Locale.ROOT,
              "n_ctx %d differs from n_positions %d; only equal is supported",
              nContext,
              nPositions));
    }
    int nEmbd = fields.integer("n_embd", 768);
    Gpt2Config read =
        new Gpt2Config(
            fields.integer("vocab_size", 50257),
            nPositions,
            nEmbd,
            fields.integer("n_layer", 12),
            fields.integer("n_head", 12),
            fields.integer("n_inner", 4 * nEmbd),
            fields.number("layer_norm_epsilon", 1e-5),
            fields.number("initializer_range", 0.02),
            fields.flag("tie_word_embeddings", true),
            fields.tokenId("eos_token_id"));
    fields.requireAll("layer_types", "full_attention", read.nLayer());
    fields.refuseOthers();
    ObjectNode others = fields.asFloat32();
    for (Map.Entry<String, JsonNode> field : read.json().properties()) {
      JsonNode same =
          others.path(field.getKey()); // 0 as a long is not 0 as an int, but reads alike
      if (same.toString().equals(field.getValue().toString())) {
        others.remove(field.getKey());
      }
    }
    return read.with(read.eosTokenId, others);
  }

  /** The same with the token that ends a text. */
  public Gpt2Config withEosTokenId(long id) {
    ObjectNode without = others.deepCopy();
    without.remove(List.of("bos_token_id", "eos_token_id"));
    return with(OptionalLong.of(id), without);
  }

  private Gpt2Config with(OptionalLong eos, ObjectNode otherFields) {
    return new Gpt2Config(
        vocabSize,
        nPositions,
        nEmbd,
        nLayer,
        nHead,
        nInner,
        layerNormEpsilon,
        initializerRange,
        tieWordEmbeddings,
        eos,
        otherFields);
  }

  @Override
  public String family() {
    return "gpt2";
  }

  @Override
  public int positions() {
    return nPositions;
  }

  @Override
  public int width() {
    return nEmbd;
  }

  @Override
  public int layers() {
    return nLayer;
  }

  @Override
  public int heads() {
    return nHead;
  }

  @Override
  public int keyValueHeads() {
    return nHead;
  }

  @Override
  public int headWidth() {
    return nEmbd / nHead;
  }

  @Override
  public int innerWidth() {
    return nInner;
  }

  @Override
  public double normEpsilon() {
    return layerNormEpsilon;
  }

  @Override
  public Map<String, Shape> weights() {
    long width = nEmbd;
    long inner = nInner;
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put(tokenEmbedding(), new Shape(vocabSize, width));
    shapes.put(PREFIX + "wpe.weight", new Shape(nPositions, width));
    for (int layer = 0; layer < nLayer; layer++) {
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
    if (!tieWordEmbeddings) {
      shapes.put(untiedHead(), new Shape(vocabSize, width));
    }
    return shapes;
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
  public boolean isConstant(String name) {
    return MASK.matcher(name).matches();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Radford et al., 2019, section 2.3: those that write to the residual stream are scaled by one
   * over the square root of their number.
   */
  @Override
  public double initialDeviation(String weight) {
    if (weight.contains(".ln_") || weight.endsWith(".bias")) {
      return 0;
    }
    boolean writesResidual = weight.endsWith("c_proj.weight");
    return writesResidual ? initializerRange / Math.sqrt(2.0 * nLayer) : initializerRange;
  }

  @Override
  public float initialConstant(String weight) {
    return weight.contains(".ln_") && weight.endsWith(".weight") ? 1 : 0;
  }

  @Override
  public Map<String, Object> attributes() {
    return Map.of();
  }

  @Override
  public ObjectNode json() {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.putArray("architectures").add("GPT2LMHeadModel");
    config.put("model_type", "gpt2");
    config.put("vocab_size", vocabSize);
    config.put("n_positions", nPositions);
    config.put("n_embd", nEmbd);
    config.put("n_layer", nLayer);
    config.put("n_head", nHead);
    config.put("n_inner", nInner);
    config.put("activation_function", "gelu_new");
    config.put("layer_norm_epsilon", layerNormEpsilon);
    config.put("initializer_range", initializerRange);
    config.put("tie_word_embeddings", tieWordEmbeddings);
    config.put("attn_pdrop", 0.0);
    config.put("embd_pdrop", 0.0);
    config.put("resid_pdrop", 0.0);
    if (eosTokenId.isPresent()) {
      config.put("bos_token_id", eosTokenId.getAsLong());
      config.put("eos_token_id", eosTokenId.getAsLong());
    } else {
      config.putNull("bos_token_id");
      config.putNull("eos_token_id");
    }
    if (!others.has("dtype")) {
      config.put("torch_dtype", "float32");
    }
    config.setAll(others);
    return config;
  }
}
