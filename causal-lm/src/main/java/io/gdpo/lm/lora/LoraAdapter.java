package io.gdpo.lm.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.safetensors.Safetensors;
import io.gdpo.lm.weights.ParameterStore;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** Reads an adapter of a model. */
  public static LoraAdapter load(Path folder, ModelConfig model, NDManager beside)
      throws IOException {
    LoraConfig config = PeftConfig.read(folder);
    List<String> modules = PeftConfig.modules(folder, config, model);
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
                .formatted(file, String.join(", ", unread), PeftConfig.MERGE));
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
   * @param base folder, or address, of the model that it adapts
   */
  public void save(Path folder, ModelConfig model, String base) throws IOException {
    Files.writeString(
        folder.resolve(AdapterFolder.CONFIG),
        PeftConfig.json(config, modules, model, base).toPrettyString() + "\n");
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    parameters.byName().forEach((key, tensor) -> tensors.put(PEFT_PREFIX + key, tensor));
    Safetensors.write(folder.resolve(WEIGHTS), tensors, Map.of("format", "pt"));
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
