package io.gdpo.lm.export;

import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.lora.LoraAdapter;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.lora.PeftConfig;
import io.gdpo.lm.safetensors.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** An adapter in PEFT's layout, read module by module onto the Java heap. Owns the open file. */
final class AdapterFile implements AutoCloseable {
  private final Path folder;
  private final LoraConfig config;
  private final List<String> modules;
  private final Safetensors weights;

  private AdapterFile(Path folder, LoraConfig config, List<String> modules, Safetensors weights) {
    this.folder = folder;
    this.config = config;
    this.modules = modules;
    this.weights = weights;
  }

  /**
   * Opens an adapter of a model.
   *
   * @throws InvalidModelException if it is none of this model
   */
  static AdapterFile open(Path folder, ModelConfig model) throws IOException {
    LoraConfig config = PeftConfig.read(folder);
    List<String> modules = PeftConfig.modules(folder, config, model);
    Path file = folder.resolve(LoraAdapter.WEIGHTS);
    Safetensors weights = Safetensors.open(file);
    try {
      Set<String> others = new TreeSet<>(weights.names());
      for (Map.Entry<String, Shape> due : LoraAdapter.shapes(config, modules, model).entrySet()) {
        String name = LoraAdapter.PEFT_PREFIX + due.getKey();
        if (!others.remove(name) || !weights.shape(name).equals(due.getValue())) {
          throw new InvalidModelException(
              "%s: weight %s must be there with the shape %s; it is not the adapter of this model"
                  .formatted(file, name, due.getValue()));
        }
      }
      if (!others.isEmpty()) {
        throw new InvalidModelException(file + ": weights that no target module has: " + others);
      }
      return new AdapterFile(folder, config, modules, weights);
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  Path folder() {
    return folder;
  }

  int rank() {
    return config.rank();
  }

  /** What B A is multiplied by. */
  double scale() {
    return config.scale();
  }

  /** Full names of the adapted modules, in the model's order. */
  List<String> modules() {
    return modules;
  }

  /** A [rank, in], row-major. */
  float[] a(String module) throws IOException {
    return read(module + LoraAdapter.A);
  }

  /** B [out, rank], row-major. */
  float[] b(String module) throws IOException {
    return read(module + LoraAdapter.B);
  }

  private float[] read(String weight) throws IOException {
    String name = LoraAdapter.PEFT_PREFIX + weight;
    float[] values = new float[Math.toIntExact(weights.shape(name).size())];
    weights.readFloats(name, 0, values, values.length);
    return values;
  }

  @Override
  public void close() throws IOException {
    weights.close();
  }
}
