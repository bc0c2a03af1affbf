package io.gdpo.lm.lora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.folder.AdapterFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What PEFT's {@value AdapterFolder#CONFIG} says of an adapter: each field is read, or changes
 * nothing that is computed, or is refused by name.
 */
public final class PeftConfig {
  /** The way out where an adapter holds more than low-rank updates of linear modules. */
  static final String MERGE =
      "merge the adapter into its model with PEFT (PeftModel.from_pretrained(...).merge_and_unload().save_pretrained(folder)) and give that folder as the model's path";

  /**
   * What PEFT's file says that is read here, or changes nothing that a trained adapter computes.
   */
  private static final Set<String> KNOWN =
      Set.of(
          "base_model_name_or_path",
          "r",
          "lora_alpha",
          "target_modules",
          "lora_dropout",
          "fan_in_fan_out",
          "inference_mode",
          "task_type",
          "revision",
          "auto_mapping",
          "megatron_core",
          "qalora_group_size",
          "peft_version");

  /** Settings whose usual value is none of null, false and empty: those that are computed here. */
  private static final Map<String, Set<String>> FIXED =
      Map.of(
          "peft_type", Set.of("LORA"),
          "bias", Set.of("none"),
          // Others than these (pissa, olora, loftq, ...) change the weights below the update, too.
          "init_lora_weights", Set.of("true", "false", "null", "gaussian", "eva", "orthogonal"));

  private PeftConfig() {}

  /**
   * What an adapter's {@value AdapterFolder#CONFIG} says.
   *
   * @throws InvalidModelException if it asks for what is not computed here
   */
  public static LoraConfig read(Path folder) throws IOException {
    JsonNode json = AdapterFolder.json(folder);
    requireSupported(folder.resolve(AdapterFolder.CONFIG), json);
    JsonNode targets = json.path("target_modules");
    List<String> patterns = new ArrayList<>();
    if (targets.isTextual()) {
      patterns.add(targets.asText());
    } else {
      targets.forEach(target -> patterns.add(target.asText()));
    }
    return new LoraConfig(
        json.path("r").asInt(8),
        json.path("lora_alpha").asDouble(8),
        patterns.isEmpty() ? Optional.empty() : Optional.of(patterns));
  }

  /** Refuses by name what would change the result. */
  private static void requireSupported(Path file, JsonNode json) {
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      JsonNode value = field.getValue();
      Set<String> supported = FIXED.get(field.getKey());
      if (supported != null) {
        if (!supported.contains(value.isTextual() ? value.asText() : value.toString())) {
          throw new InvalidModelException(
              "%s: %s %s is not supported; only %s is"
                  .formatted(file, field.getKey(), value, new TreeSet<>(supported)));
        }
      } else if (!KNOWN.contains(field.getKey()) && !saysNothing(value)) {
        throw new InvalidModelException(
            "%s: %s %s is not supported; %s".formatted(file, field.getKey(), value, MERGE));
      }
    }
  }

  private static boolean saysNothing(JsonNode value) {
    return value.isNull()
        || value.isBoolean() && !value.booleanValue()
        || value.isContainerNode() && value.isEmpty();
  }

  /** The modules that an adapter's file names, of which PEFT adapts more kinds than are here. */
  public static List<String> modules(Path folder, LoraConfig config, ModelConfig model) {
    try {
      return config.modules(model);
    } catch (InvalidModelException e) {
      throw new InvalidModelException(
          "%s: %s; %s".formatted(folder.resolve(AdapterFolder.CONFIG), e.getMessage(), MERGE), e);
    }
  }

  /**
   * The {@value AdapterFolder#CONFIG} of an adapter.
   *
   * @param modules their full names
   * @param base folder, or name on the Hub, of the model that it adapts
   */
  public static ObjectNode json(
      LoraConfig config, List<String> modules, ModelConfig model, String base) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("peft_type", "LORA");
    json.put("task_type", "CAUSAL_LM");
    json.put("base_model_name_or_path", base);
    json.put("r", config.rank());
    json.put("lora_alpha", config.alpha());
    json.put("lora_dropout", 0.0);
    json.put("bias", "none");
    json.put(
        "fan_in_fan_out", modules.stream().anyMatch(m -> model.isStoredTransposed(m + ".weight")));
    json.put("inference_mode", true);
    modules.forEach(json.putArray("target_modules")::add);
    return json;
  }
}
