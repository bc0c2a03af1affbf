package io.gdpo.lm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.TorchScriptModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A model's compiled methods with the weights that they take: the model's own, low-rank updates,
 * and, where products are not in float32, copies of what they read.
 *
 * <p>Owns the methods and the copies.
 */
final class CompiledModel implements AutoCloseable {
  private final AdaptedWeights weights;
  private final Optional<NarrowWeights> narrow;
  private final TorchScriptModule script;

  CompiledModel(ModelConfig config, AdaptedWeights weights, ComputeType type) {
    this.weights = weights;
    List<String> read =
        type == ComputeType.FLOAT32
            ? List.of()
            : NarrowWeights.names(weights.parameters(), config.products());
    this.narrow =
        read.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new NarrowWeights(
                    weights.parameters(),
                    read,
                    type,
                    config.vocabSize(),
                    PassSizes.of(weights.parameters().manager().getDevice()).multiple()));
    try {
      this.script =
          compiled(
              config,
              weights,
              type,
              weights.parameters().manager(),
              NarrowWeights.namesOfCopies(read),
              narrow.isPresent() ? "narrow_product.py" : "product.py");
    } catch (RuntimeException e) {
      narrow.ifPresent(NarrowWeights::close);
      throw e;
    }
  }

  /**
   * Compiles.
   *
   * @param owner closing it frees the module
   * @param furtherNames of tensors that calls pass after the weights
   * @param product the source of how a module multiplies by its weight
   */
  static TorchScriptModule compiled(
      ModelConfig config,
      AdaptedWeights weights,
      ComputeType type,
      NDManager owner,
      List<String> furtherNames,
      String product) {
    List<String> names = new ArrayList<>(weights.names());
    names.addAll(furtherNames);
    return DecoderScript.load(owner, config, type, names, weights.scale(), product);
  }

  TorchScriptModule script() {
    return script;
  }

  /**
   * What stands for the copies in one pass.
   *
   * @param pass owner of what is made for it
   */
  List<NDArray> leaves(NDManager pass) {
    if (narrow.isEmpty()) {
      return List.of();
    }
    return Autograd.isRecording() ? narrow.get().leaves(pass) : narrow.get().tensors();
  }

  /** What each method takes last, in order. */
  List<NDArray> tensors(List<NDArray> leaves) {
    List<NDArray> tensors = weights.tensors();
    tensors.addAll(leaves);
    return tensors;
  }

  /** Makes anew what is kept of weights that are trained. */
  void readWeights() {
    narrow.ifPresent(NarrowWeights::update);
  }

  /** Adds to the weights' gradients what came back to a pass's leaves. */
  void handOver(List<NDArray> leaves) {
    narrow.ifPresent(copies -> copies.handOver(leaves));
  }

  @Override
  public void close() {
    script.close();
    narrow.ifPresent(NarrowWeights::close);
  }
}
