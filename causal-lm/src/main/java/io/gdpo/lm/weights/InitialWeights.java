package io.gdpo.lm.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.config.ModelConfig;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** The weights that a model has at first: those of a folder, or random ones. */
public final class InitialWeights {
  private InitialWeights() {}

  /**
   * Reads those of a folder.
   *
   * @throws InvalidModelException if a weight is missing, misshaped or none of this model's
   */
  public static ParameterStore stored(Path folder, ModelConfig config, Device device)
      throws IOException {
    ParameterStore parameters = new ParameterStore(device);
    try (WeightFiles weights = WeightFiles.open(folder, config::isConstant)) {
      fill(parameters, config, weights);
      return parameters;
    } catch (IOException | RuntimeException e) {
      parameters.close();
      throw e;
    }
  }

  private static void fill(ParameterStore parameters, ModelConfig config, WeightFiles weights) {
    Map<String, Shape> shapes = config.weights();
    Set<String> unread = new TreeSet<>(weights.names());
    for (Map.Entry<String, Shape> weight : shapes.entrySet()) {
      String name = weights.nameOf(weight.getKey(), config);
      Shape found = weights.shape(name);
      if (!found.equals(weight.getValue())) {
        throw new InvalidModelException(
            "%s: weight %s has shape %s, but config.json asks for %s"
                .formatted(weights.named(), name, found, weight.getValue()));
      }
      parameters.add(weight.getKey(), weights.loadFloats(parameters.manager(), name));
      unread.remove(name);
    }
    if (config.tieWordEmbeddings() && unread.remove(config.untiedHead())) {
      requireTied(parameters, config, weights);
    }
    if (!unread.isEmpty()) {
      throw new InvalidModelException(
          weights.named()
              + ": weights that this model does not have: "
              + String.join(", ", unread));
    }
  }

  private static void requireTied(
      ParameterStore parameters, ModelConfig config, WeightFiles weights) {
    try (NDManager scratch = parameters.manager().newSubManager()) {
      NDArray head = weights.loadFloats(scratch, config.untiedHead());
      NDArray embedding = parameters.get(config.tokenEmbedding());
      if (!head.contentEquals(embedding)) {
        throw new InvalidModelException(
            "%s: %s differs from %s, but config.json says tie_word_embeddings; set it to false"
                .formatted(weights.named(), config.untiedHead(), config.tokenEmbedding()));
      }
    }
  }

  /**
   * Random ones, by the family's scheme: normal, biases 0, norms 1.
   *
   * @param seed the same seed gives the same weights on every machine
   */
  public static ParameterStore random(ModelConfig config, long seed, Device device) {
    ParameterStore parameters = new ParameterStore(device);
    Random random = new Random(seed);
    for (Map.Entry<String, Shape> weight : config.weights().entrySet()) {
      String name = weight.getKey();
      double deviation = config.initialDeviation(name);
      float constant = config.initialConstant(name);
      FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(weight.getValue().size()));
      while (values.hasRemaining()) {
        values.put(deviation == 0 ? constant : (float) (deviation * random.nextGaussian()));
      }
      parameters.add(name, parameters.manager().create(values.flip(), weight.getValue()));
    }
    return parameters;
  }
}
