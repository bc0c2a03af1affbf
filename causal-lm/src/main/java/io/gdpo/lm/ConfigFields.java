package io.gdpo.lm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads typed fields of a Hugging Face {@code config.json} and remembers which ones it was asked
 * for, so that a setting which would change what the model computes is refused by name, never
 * ignored.
 */
final class ConfigFields {
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
          "_num_labels",
          "attention_dropout",
          "attention_probs_dropout_prob",
          "hidden_dropout",
          "hidden_dropout_prob",
          "classifier_dropout",
          "tokenizer_class",
          "unsloth_fixed",
          "unsloth_version");

  /** Defaults of {@code generate}, which older versions kept in this file; sampling has its own. */
  private static final Set<String> OF_GENERATION =
      Set.of(
          "max_length",
          "min_length",
          "do_sample",
          "early_stopping",
          "num_beams",
          "num_beam_groups",
          "num_return_sequences",
          "diversity_penalty",
          "length_penalty",
          "repetition_penalty",
          "exponential_decay_length_penalty",
          "no_repeat_ngram_size",
          "encoder_no_repeat_ngram_size",
          "bad_words_ids",
          "suppress_tokens",
          "begin_suppress_tokens",
          "forced_bos_token_id",
          "forced_eos_token_id",
          "remove_invalid_values",
          "temperature",
          "top_k",
          "top_p",
          "typical_p",
          "output_scores",
          "return_dict_in_generate");

  /**
   * Fields of the common base of all configs, and of other families, which a config that was
   * written in full holds: with the value, as JSON, by which they change nothing.
   */
  private static final Map<String, String> NEUTRAL =
      Map.ofEntries(
          Map.entry("is_encoder_decoder", "false"),
          Map.entry("add_cross_attention", "false"),
          Map.entry("tie_encoder_decoder", "false"),
          Map.entry("torchscript", "false"),
          Map.entry("use_bfloat16", "false"),
          Map.entry("tf_legacy_loss", "false"),
          Map.entry("attention_bias", "false"),
          Map.entry("mlp_bias", "false"),
          Map.entry("use_sliding_window", "false"),
          Map.entry("rope_interleaved", "false"),
          Map.entry("chunk_size_feed_forward", "0"),
          Map.entry("pruned_heads", "{}"));

  private final String path;
  private final JsonNode config;
  private final Set<String> known;

  ConfigFields(JsonNode config) {
    this("", config, WITHOUT_EFFECT);
    known.addAll(OF_GENERATION);
  }

  private ConfigFields(String path, JsonNode config, Set<String> known) {
    this.path = path;
    this.config = config;
    this.known = new HashSet<>(known);
  }

  /** The fields of an object; none where it is absent or null. */
  ConfigFields object(String field) {
    JsonNode value = get(field);
    boolean none = value.isMissingNode() || value.isNull();
    if (!none && !value.isObject()) {
      throw new InvalidModelException(path + field + " must be an object, is " + value);
    }
    JsonNode fields = none ? JsonNodeFactory.instance.objectNode() : value;
    return new ConfigFields(path + field + ".", fields, Set.of());
  }

  boolean isEmpty() {
    return config.isEmpty();
  }

  /** Whether the field is not there, or null. */
  boolean isAbsent(String field) {
    return config.path(field).isMissingNode() || config.path(field).isNull();
  }

  /** Whether the field is there and null. */
  boolean isNull(String field) {
    return get(field).isNull();
  }

  /** All fields, for a model that is saved in float32. */
  ObjectNode asFloat32() {
    ObjectNode fields = config.deepCopy();
    String type = fields.has("dtype") ? "dtype" : "torch_dtype";
    fields.remove("torch_dtype");
    return fields.put(type, "float32");
  }

  /** A whole number of at least 1 that must be there. */
  int size(String field) {
    if (isAbsent(field)) {
      throw new InvalidModelException(path + field + " is missing");
    }
    return positive(field, 1);
  }

  /** A whole number of at least 1. */
  int positive(String field, int otherwise) {
    return requirePositive(path + field, integer(field, otherwise));
  }

  /** A number above 0. */
  double positive(String field, double otherwise) {
    return requirePositive(path + field, number(field, otherwise));
  }

  /** A number above 0 that must be there. */
  double requiredNumber(String field) {
    if (isAbsent(field)) {
      throw new InvalidModelException(path + field + " is missing");
    }
    return positive(field, 1.0);
  }

  /** Refuses a field that is there and no list of {@code size} times this text. */
  void requireAll(String field, String supported, int size) {
    JsonNode values = get(field);
    if (values.isMissingNode() || values.isNull()) {
      return;
    }
    if (!values.isArray() || values.size() != size) {
      throw new InvalidModelException(
          path + field + " must be a list with an entry for each of " + size + " blocks");
    }
    for (JsonNode value : values) {
      if (!value.asText().equals(supported)) {
        throw new InvalidModelException(
            path + field + " holds " + value + "; only \"" + supported + "\" is supported");
      }
    }
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
      throw new InvalidModelException(path + field + " must be a whole number, is " + value);
    }
    return value.intValue();
  }

  double number(String field, double otherwise) {
    JsonNode value = get(field);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isNumber()) {
      throw new InvalidModelException(path + field + " must be a number, is " + value);
    }
    return value.doubleValue();
  }

  boolean flag(String field, boolean otherwise) {
    JsonNode value = get(field);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      throw new InvalidModelException(path + field + " must be true or false, is " + value);
    }
    return value.booleanValue();
  }

  /** The id of a token, or of the first of several. */
  OptionalLong tokenId(String field) {
    JsonNode value = get(field);
    if (value.isMissingNode() || value.isNull()) {
      return OptionalLong.empty();
    }
    if (value.isArray() && !value.isEmpty()) {
      value = value.get(0); // a chat's turn may end in other ways than a text
    }
    if (!value.isIntegralNumber()) {
      throw new InvalidModelException(path + field + " must be a token id, is " + value);
    }
    return OptionalLong.of(value.longValue());
  }

  void requireFixed(String field, boolean supported) {
    if (flag(field, supported) != supported) {
      throw new InvalidModelException(
          path + field + " " + !supported + " is not supported; only " + supported + " is");
    }
  }

  /** Refuses a text field whose value is not one of {@code supported}. */
  String oneOf(String field, Set<String> supported, String otherwise) {
    JsonNode value = get(field);
    String text = value.isMissingNode() || value.isNull() ? otherwise : value.asText();
    if (!supported.contains(text)) {
      throw new InvalidModelException(
          path
              + field
              + " \""
              + text
              + "\" is not supported; use one of "
              + new TreeSet<>(supported));
    }
    return text;
  }

  static int requirePositive(String field, int value) {
    if (value < 1) {
      throw new InvalidModelException(field + " must be at least 1, is " + value);
    }
    return value;
  }

  static double requirePositive(String field, double value) {
    if (!(value > 0)) {
      throw new InvalidModelException(field + " must be above 0, is " + value);
    }
    return value;
  }

  /** Refuses every field that nobody asked for, unless it is null or says what is so anyway. */
  void refuseOthers() {
    for (Map.Entry<String, JsonNode> field : config.properties()) {
      String name = field.getKey();
      boolean neutral =
          field.getValue().isNull()
              || path.isEmpty() && field.getValue().toString().equals(NEUTRAL.get(name));
      if (!known.contains(name) && !neutral) {
        throw new InvalidModelException(
            "field "
                + path
                + name
                + " is not supported; remove it if it does not change what the model computes");
      }
    }
  }
}
