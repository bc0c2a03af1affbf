package io.gdpo.lm.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.InvalidModelException;
import java.util.HashSet;
import java.util.Locale;
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
  private final String path;
  private final JsonNode config;
  private final Set<String> known = new HashSet<>();

  ConfigFields(JsonNode config) {
    this("", config);
  }

  private ConfigFields(String path, JsonNode config) {
    this.path = path;
    this.config = config;
  }

  /** The fields of an object; none where it is absent or null. */
  ConfigFields object(String field) {
    JsonNode value = get(field);
    boolean none = value.isMissingNode() || value.isNull();
    if (!none && !value.isObject()) {
      throw new InvalidModelException(path + field + " must be an object, is " + value);
    }
    JsonNode fields = none ? JsonNodeFactory.instance.objectNode() : value;
    return new ConfigFields(path + field + ".", fields);
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

  /** Refuses another value of a field than that of the one that means the same. */
  void requireSame(String field, String same, int value) {
    int given = integer(field, value);
    if (given != value) {
      throw new InvalidModelException(
          String.format(
              Locale.ROOT,
              "%s %d and %s %d differ, but mean the same; give one of them",
              path + field,
              given,
              path + same,
              value));
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

  /** Whether both are the same fields with the same values. */
  boolean says(ConfigFields others) {
    return config.equals(others.config);
  }

  /** Refuses every field that nobody asked for, but for those that cannot change anything. */
  void refuseOthers() {
    for (Map.Entry<String, JsonNode> field : config.properties()) {
      String name = field.getKey();
      boolean harmless =
          path.isEmpty()
              ? FieldsWithoutEffect.has(name, field.getValue())
              : field.getValue().isNull() || FieldsWithoutEffect.isNeutral(name, field.getValue());
      if (!known.contains(name) && !harmless) {
        throw new InvalidModelException("field " + path + name + " " + remedy(name, field));
      }
    }
  }

  private String remedy(String name, Map.Entry<String, JsonNode> field) {
    if (!path.isEmpty()) {
      return "is not supported; remove it if it does not change what the model computes";
    }
    return switch (name) {
      case "quantization_config" ->
          "says that the weights are quantised (%s), which cannot be trained; take the model as it was published before that, or convert it: AutoModelForCausalLM.from_pretrained(...).dequantize() and save_pretrained(folder)"
              .formatted(field.getValue().path("quant_method").asText("of an unnamed kind"));
      case "auto_map" ->
          "names code of the model's own, which is not run here; if transformers' own class computes the same, remove it";
      default -> "is not supported; remove it if it does not change what the model computes";
    };
  }
}
