package io.gdpo.lm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Iterator;
import java.util.OptionalLong;
import java.util.Set;

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
          "_num_labels");

  private final JsonNode config;
  private final Set<String> known = new HashSet<>(WITHOUT_EFFECT);

  ConfigFields(JsonNode config) {
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

  /** Refuses a text field whose value is not one of {@code supported}. */
  String oneOf(String field, Set<String> supported, String otherwise) {
    JsonNode value = get(field);
    String text = value.isMissingNode() || value.isNull() ? otherwise : value.asText();
    if (!supported.contains(text)) {
      throw new InvalidModelException(
          field + " \"" + text + "\" is not supported; use one of " + supported);
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
                + name
                + " is not supported; remove it if it does not change what the model computes");
      }
    }
  }
}
