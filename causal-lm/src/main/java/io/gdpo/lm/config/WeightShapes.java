package io.gdpo.lm.config;

import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The names and shapes of a family's weights, put down module by module in their order: the token
 * embedding first, which is there from the beginning.
 */
final class WeightShapes {
  private final ModelConfig model;
  private final Map<String, Shape> shapes = new LinkedHashMap<>();

  WeightShapes(ModelConfig model) {
    this.model = model;
    add(model.tokenEmbedding(), model.vocabSize(), model.width());
  }

  void add(String weight, long... dimensions) {
    shapes.put(weight, new Shape(dimensions));
  }

  /** A product's weight [out, in], and its bias [out] where it has one. */
  void linear(String module, long out, long in, boolean bias) {
    add(module + ".weight", out, in);
    if (bias) {
      add(module + ".bias", out);
    }
  }

  /** The same stored [in, out], as GPT-2 has it. */
  void conv1d(String module, long in, long out) {
    add(module + ".weight", in, out);
    add(module + ".bias", out);
  }

  void layerNorm(String module) {
    add(module + ".weight", model.width());
    add(module + ".bias", model.width());
  }

  /**
   * What is in each block.
   *
   * @param name of the blocks, to which their numbers are added
   */
  void blocks(String name, Consumer<String> block) {
    for (int layer = 0; layer < model.layers(); layer++) {
      block.accept(name + "." + layer + ".");
    }
  }

  /** The projection to the vocabulary, where it is not the token embedding. */
  void head() {
    if (!model.tieWordEmbeddings()) {
      add(model.untiedHead(), model.vocabSize(), model.width());
    }
  }

  Map<String, Shape> inOrder() {
    return shapes;
  }
}
