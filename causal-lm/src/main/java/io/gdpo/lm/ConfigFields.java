package io.gdpo.lm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Iterator;
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
          "hidden_dropout",
          "classifier_dropout",
          "tokenizer_class");

  private final String path;
  private final JsonNode config;
  private final Set<String> known;

  ConfigFields(JsonNode config) {
    this("", config, WITHOUT_EFFECT);
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

  /** Refuses a list that holds anything but this text. */
  void requireAll(String field, String supported) {
    for (JsonNode value : get(field)) {
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

  /** Refuses every field that nobody asked for. */
  void refuseOthers() {
    for (Iterator<String> names = config.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw new InvalidModelException(
            "field "
                + path
                + name
                + " is not supported; remove it if it does not change what the model computes");
      }
    }
  }
}
