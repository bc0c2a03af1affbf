package io.gdpo.lm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The shape of a GPT-2 model, as Hugging Face's {@code config.json} gives it. A setting that would
 * change what the model computes, and that is not computed here, is refused by name.
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
 */
public record ModelConfig(
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
  static final String FILE = "config.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Set<String> TANH_GELU = Set.of("gelu_new", "gelu_pytorch_tanh");

  /** Fields whose only supported value is the one given here. */
  private static final Map<String, Boolean> FIXED =
      Map.of(
          "scale_attn_weights", true,
          "scale_attn_by_inverse_layer_idx", false,
          "reorder_and_upcast_attn", false,
          "add_cross_attention", false,
          "is_encoder_decoder", false);

  /** Fields that do not change what the model computes: training-only, bookkeeping, other heads. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "architectures",
          "model_type",
          "_name_or_path",
          "_commit_hash",
          "attn_implementation",
          "_attn_implementation_autoset",
          "transformers_version",
          "torch_dtype",
          "dtype",
          "use_cache",
          "use_return_dict",
          "return_dict",
          "output_attentions",
          "output_hidden_states",
          "attn_pdrop",
          "embd_pdrop",
          "resid_pdrop",
          "bos_token_id",
          "pad_token_id",
          "gradient_checkpointing",
          "is_decoder",
          "summary_activation",
          "summary_first_dropout",
          "summary_proj_to_labels",
          "summary_type",
          "summary_use_proj",
          "task_specific_params",
          "id2label",
          "label2id",
          "num_labels",
          "problem_type",
          "finetuning_task",
          "predict_special_tokens",
          "n_special",
          "output_past",
          "_num_labels");

  public ModelConfig {
    requirePositive("vocab_size", vocabSize);
    requirePositive("n_positions", nPositions);
    requirePositive("n_embd", nEmbd);
    requirePositive("n_layer", nLayer);
    requirePositive("n_head", nHead);
    requirePositive("n_inner", nInner);
    if (nEmbd % nHead != 0) {
      throw new InvalidModelException(
          "n_embd "
              + nEmbd
              + " is not a multiple of n_head "
              + nHead
              + ": heads share the width evenly");
    }
    if (!(layerNormEpsilon > 0)) {
      throw new InvalidModelException("layer_norm_epsilon must be above 0, is " + layerNormEpsilon);
    }
    if (!(initializerRange > 0)) {
      throw new InvalidModelException("initializer_range must be above 0, is " + initializerRange);
    }
  }

  private static void requirePositive(String field, int value) {
    if (value < 1) {
      throw new InvalidModelException(field + " must be at least 1, is " + value);
    }
  }

  /** A GPT-2 of this size, all else as OpenAI's GPT-2 has it, with tied embeddings. */
  public static ModelConfig gpt2(int vocabSize, int nPositions, int nEmbd, int nLayer, int nHead) {
    return new ModelConfig(
        vocabSize,
        nPositions,
        nEmbd,
        nLayer,
        nHead,
        4 * nEmbd,
        1e-5,
        0.02,
        true,
        OptionalLong.empty());
  }

  /** The same with the token that ends a text. */
  public ModelConfig withEosTokenId(long id) {
    return new ModelConfig(
        vocabSize,
        nPositions,
        nEmbd,
        nLayer,
        nHead,
        nInner,
        layerNormEpsilon,
        initializerRange,
        tieWordEmbeddings,
        OptionalLong.of(id));
  }

  /**
   * Reads {@code config.json} from a model folder.
   *
   * @throws InvalidModelException if it is absent, not JSON, not GPT-2's, or asks for what is not
   *     supported
   */
  public static ModelConfig load(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new InvalidModelException(
          folder + " is not a model folder: it has no " + FILE + " (Hugging Face layout)");
    }
    try {
      return parse(JSON.readTree(Files.readAllBytes(file)));
    } catch (JsonProcessingException e) {
      throw new InvalidModelException(file + " is not JSON: " + e.getOriginalMessage(), e);
    } catch (InvalidModelException e) {
      throw new InvalidModelException(file + ": " + e.getMessage(), e);
    }
  }

  private static ModelConfig parse(JsonNode config) {
    if (!config.isObject()) {
      throw new InvalidModelException("expected a JSON object");
    }
    Fields fields = new Fields(config);
    String type = config.path("model_type").asText("");
    if (!type.equals("gpt2")) {
      throw new InvalidModelException("model_type is \"" + type + "\"; only \"gpt2\" is supported");
    }
    String activation = config.path("activation_function").asText("gelu_new");
    if (!TANH_GELU.contains(activation)) {
      throw new InvalidModelException(
          "activation_function \"" + activation + "\" is not supported; use one of " + TANH_GELU);
    }
    fields.known("activation_function");
    FIXED.forEach(fields::requireFixed);
    int nPositions = fields.integer("n_positions", 1024);
    int nContext = fields.integer("n_ctx", nPositions);
    if (nContext != nPositions) {
      throw new InvalidModelException(
          "n_ctx "
              + nContext
              + " differs from n_positions "
              + nPositions
              + "; only equal is supported");
    }
    int nEmbd = fields.integer("n_embd", 768);
    ModelConfig read =
        new ModelConfig(
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
    fields.refuseOthers();
    return read;
  }

  /** Writes {@code config.json} into a model folder, as Hugging Face's transformers reads it. */
  void save(Path folder) throws IOException {
    ObjectNode config = JSON.createObjectNode();
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
    config.put("torch_dtype", "float32");
    Files.writeString(
        folder.resolve(FILE),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
  }

  /** Reads typed fields and remembers which ones it was asked for. */
  private static final class Fields {
    private final JsonNode config;
    private final Set<String> known = new HashSet<>(WITHOUT_EFFECT);

    Fields(JsonNode config) {
      this.config = config;
    }

    void known(String field) {
      known.add(field);
    }

    private JsonNode get(String field) {
      known.add(field);
      return config.path(field);
    }

    int integer(String field, int otherwise) {
      JsonNode value = get(field);
      if (value.isMissingNode() || value.isNull()) {
        return otherwise;
      }
      if (!value.isInt()) {
        throw new InvalidModelException(field + " must be a whole number, is " + value);
      }
      return value.intValue();
    }

    double number(String field, double otherwise) {
      JsonNode value = get(field);
      if (value.isMissingNode() || value.isNull()) {
        return otherwise;
      }
      if (!value.isNumber()) {
        throw new InvalidModelException(field + " must be a number, is " + value);
      }
      return value.doubleValue();
    }

    boolean flag(String field, boolean otherwise) {
      JsonNode value = get(field);
      if (value.isMissingNode() || value.isNull()) {
        return otherwise;
      }
      if (!value.isBoolean()) {
        throw new InvalidModelException(field + " must be true or false, is " + value);
      }
      return value.booleanValue();
    }

    OptionalLong tokenId(String field) {
      JsonNode value = get(field);
      if (value.isMissingNode() || value.isNull()) {
        return OptionalLong.empty();
      }
      if (!value.isIntegralNumber()) {
        throw new InvalidModelException(field + " must be one token id, is " + value);
      }
      return OptionalLong.of(value.longValue());
    }

    void requireFixed(String field, boolean supported) {
      if (flag(field, supported) != supported) {
        throw new InvalidModelException(
            field + " " + !supported + " is not supported; only " + supported + " is");
      }
    }

    void refuseOthers() {
      for (Iterator<String> names = config.fieldNames(); names.hasNext(); ) {
        String name = names.next();
        if (!known.contains(name)) {
          throw new InvalidModelException(
              "field "
                  + name
                  + " is not supported; remove it if it does not change what the model computes");
        }
      }
    }
  }
}
