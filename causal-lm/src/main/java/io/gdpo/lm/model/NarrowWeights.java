package io.gdpo.lm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.TorchScript;
import io.gdpo.lm.script.TorchScriptModule;
import io.gdpo.lm.weights.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Copies of the weights that products read, in a number format of 16 bits: made once for all passes
 * of a step instead of at each use, of which a model has a hundred.
 *
 * <p>Owns the copies; the weights stay their store's, and a pass owns the leaves that stand for the
 * copies in its graph, with the gradients that come back to them.
 */
final class NarrowWeights implements AutoCloseable {
  private static final String COPY = ".narrow";

  private final NDManager manager;
  private final TorchScriptModule script;
  private final List<NDArray> originals;
  private final List<NDArray> copies;

  /** The copies as large as the originals. */
  private final List<NDArray> unpadded;

  /**
   * @param names of the weights
   * @param vocabulary rows of those that project to it
   * @param multiple of which these have rows in their copies
   */
  NarrowWeights(
      ParameterStore parameters,
      List<String> names,
      ComputeType type,
      int vocabulary,
      int multiple) {
    this.manager = parameters.manager().newSubManager();
    this.originals = names.stream().map(parameters::get).toList();
    this.script =
        TorchScript.loadResource(
            manager,
            NarrowWeights.class,
            "narrow_weights.py",
            "NarrowWeights",
            Map.of(
                "compute_dtype",
                type.scalarType(),
                "vocabulary",
                vocabulary,
                "multiple",
                multiple));
    try (Autograd.Scope quiet = Autograd.gradMode(false)) {
      this.copies = List.copyOf(script.call(manager, "made", Arg.of(originals)));
      this.unpadded =
          List.copyOf(script.call(manager, "unpadded", Arg.of(copies), Arg.of(originals)));
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** Of the weights of a model's products, their biases among them, as many as there are. */
  static List<String> names(ParameterStore parameters, List<String> modules) {
    List<String> names = new ArrayList<>();
    for (String module : modules) {
      names.add(module + ".weight");
      if (parameters.byName().containsKey(module + ".bias")) {
        names.add(module + ".bias");
      }
    }
    return names;
  }

  /** The copies' names, in the order of {@link #tensors}. */
  static List<String> namesOfCopies(List<String> names) {
    return names.stream().map(name -> name + COPY).toList();
  }

  /** The copies. */
  List<NDArray> tensors() {
    return copies;
  }

  /** Copies those weights that are trained as they are now; the others are as they were. */
  void update() {
    List<NDArray> to = new ArrayList<>();
    List<NDArray> trained = new ArrayList<>();
    for (int i = 0; i < originals.size(); i++) {
      if (originals.get(i).hasGradient()) {
        to.add(unpadded.get(i));
        trained.add(originals.get(i));
      }
    }
    if (trained.isEmpty()) {
      return;
    }
    try (Autograd.Scope quiet = Autograd.gradMode(false);
        NDManager scratch = manager.newSubManager()) {
      script.call(scratch, "copied", Arg.of(to), Arg.of(trained));
    }
  }

  /** The copies as leaves of one pass, owned by it. */
  List<NDArray> leaves(NDManager pass) {
    return List.copyOf(script.call(pass, "leaves", Arg.of(copies), Arg.of(originals)));
  }

  /** Adds the gradients of a pass's leaves to the weights'. */
  void handOver(List<NDArray> leaves) {
    try (NDManager scratch = manager.newSubManager()) {
      try (Autograd.Scope recording = Autograd.gradMode(true)) {
        script.call(scratch, "allocated", Arg.of(originals));
      }
      try (Autograd.Scope quiet = Autograd.gradMode(false)) {
        script.call(scratch, "handed_over", Arg.of(leaves), Arg.of(originals));
      }
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
