package io.gdpo.lm.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.safetensors.Safetensors;
import io.gdpo.lm.weights.ParameterStore;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * The low-rank updates of one model and their files in PEFT's layout: {@code adapter_config.json}
 * and {@code adapter_model.safetensors}.
 *
 * <p>Owns its tensors: A [rank, in] and B [out, rank] of each adapted module, named {@code
 * MODULE.lora_A.weight} and {@code MODULE.lora_B.weight}.
 */
public final class LoraAdapter implements AutoCloseable {
  public static final String WEIGHTS = "adapter_model.safetensors";
  public static final String PEFT_PREFIX = "base_model.model.";
  public static final String A = ".lora_A.weight";
  public static final String B = ".lora_B.weight";

  /** The way out where an adapter holds more than low-rank updates of linear modules. */
  private static final String MERGE =
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

  private final LoraConfig config;
  private final List<String> modules;
  private final ParameterStore parameters;

  private LoraAdapter(LoraConfig config, List<String> modules, ParameterStore parameters) {
    this.config = config;
    this.modules = modules;
    this.parameters = parameters;
  }

  /**
   * An update that changes nothing yet: A uniform within 1 / sqrt(in), as PEFT draws it, B zero.
   */
  public static LoraAdapter fresh(
      LoraConfig config, ModelConfig model, long seed, NDManager beside) {
    List<String> modules = config.modules(model);
    ParameterStore parameters = new ParameterStore(beside.getDevice());
    Random random = new Random(seed);
    shapes(config, modules, model)
        .forEach(
            (name, shape) -> {
              FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(shape.size()));
              double bound = 1 / Math.sqrt(shape.get(1));
              while (values.hasRemaining()) {
                values.put(name.endsWith(A) ? (float) ((2 * random.nextDouble() - 1) * bound) : 0);
              }
              parameters.add(name, parameters.manager().create(values.flip(), shape));
            });
    return new LoraAdapter(config, modules, parameters);
  }

  /** The shapes of A and B of each module, by their names without {@link #PEFT_PREFIX}. */
  public static Map<String, Shape> shapes(
      LoraConfig config, List<String> modules, ModelConfig model) {
    Map<String, Shape> weights = model.weights();
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (String module : modules) {
      Shape weight = weights.get(module + ".weight");
      boolean transposed = model.isStoredTransposed(module + ".weight");
      shapes.put(module + A, new Shape(config.rank(), weight.get(transposed ? 0 : 1)));
      shapes.put(module + B, new Shape(weight.get(transposed ? 1 : 0), config.rank()));
    }
    return shapes;
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
   * What an adapter's {@value AdapterFolder#CONFIG} says.
   *
   * @throws InvalidModelException if it asks for what is not computed here
   */
  public static LoraConfig config(Path folder) throws IOException {
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

  /** Reads an adapter of a model. */
  public static LoraAdapter load(Path folder, ModelConfig model, NDManager beside)
      throws IOException {
    LoraConfig config = config(folder);
    List<String> modules = modules(folder, config, model);
    ParameterStore parameters = new ParameterStore(beside.getDevice());
    Path file = folder.resolve(WEIGHTS);
    if (!Files.isRegularFile(file)) {
      throw new InvalidModelException(
          "%s is missing; an adapter's weights are read from safetensors (save_pretrained(folder, safe_serialization=True) writes them)"
              .formatted(file));
    }
    try (Safetensors weights = Safetensors.open(file)) {
      Set<String> unread = new TreeSet<>(weights.names());
      for (Map.Entry<String, Shape> expected : shapes(config, modules, model).entrySet()) {
        String name = PEFT_PREFIX + expected.getKey();
        if (!unread.remove(name)) {
          throw new InvalidModelException(
              "%s: weight %s is missing; save the adapter again".formatted(file, name));
        }
        if (!weights.shape(name).equals(expected.getValue())) {
          throw new InvalidModelException(
              "%s: weight %s has shape %s, but %s asks for %s"
                  .formatted(
                      file, name, weights.shape(name), AdapterFolder.CONFIG, expected.getValue()));
        }
        parameters.add(expected.getKey(), weights.loadFloats(parameters.manager(), name));
      }
      if (!unread.isEmpty()) {
        throw new InvalidModelException(
            "%s: weights that are no low-rank updates of its target modules (%s); %s"
                .formatted(file, String.join(", ", unread), MERGE));
      }
      return new LoraAdapter(config, modules, parameters);
    } catch (IOException | RuntimeException e) {
      parameters.close();
      throw e;
    }
  }

  /**
   * Writes the adapter as PEFT does.
   *
   * @param base folder of the model that it adapts
   */
  public void save(Path folder, ModelConfig model, Path base) throws IOException {
    String name = base.toAbsolutePath().normalize().toString();
    Files.writeString(
        folder.resolve(AdapterFolder.CONFIG),
        json(config, modules, model, name).toPrettyString() + "\n");
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    parameters.byName().forEach((key, tensor) -> tensors.put(PEFT_PREFIX + key, tensor));
    Safetensors.write(folder.resolve(WEIGHTS), tensors, Map.of("format", "pt"));
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

  public LoraConfig config() {
    return config;
  }

  /** Full names of the adapted modules. */
  public List<String> modules() {
    return modules;
  }

  /** A and B of each module. */
  public ParameterStore parameters() {
    return parameters;
  }

  public NDArray a(String module) {
    return parameters.get(module + A);
  }

  public NDArray b(String module) {
    return parameters.get(module + B);
  }

  @Override
  public void close() {
    parameters.close();
  }
}
